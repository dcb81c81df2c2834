import { type CostPart, totalDollars } from '../../../shared/cost/epoch-cost.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import type { RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { ofRollup } from './of-rollup.ts';
import { type Line, toned } from '../../terminal/line.ts';
import { alignColumns } from '../../terminal/align-columns.ts';

const KINDS: Readonly<Record<CostPart['kind'], string>> = { agents: 'agents', aws: 'AWS', l1: 'L1' };

export interface RenderCostOptions {
  /** The epoch's, where it has to be named. */
  readonly rollup?: RollupId | undefined;
  readonly columns?: number;
}

/** The cost of an epoch, part by part. */
export function renderCost(
  { epoch, state }: Pick<EpochRecord, 'epoch' | 'state'>,
  parts: readonly CostPart[],
  { rollup, columns = Infinity }: RenderCostOptions = {},
): Line[] {
  const rows = parts.map(({ kind, name, dollars, because }): Line => [
    nameOf({ kind, name }),
    dollars === undefined ? '?' : `$${dollars.toFixed(4)}`,
    toned('dim', because),
  ]);
  const excluded = describeExclusions(parts.filter(({ dollars }) => dollars === undefined));
  const total: Line = [toned('strong', 'total'), `$${totalDollars(parts).toFixed(4)}`, toned('dim', excluded)];
  return [
    [toned('strong', `Epoch ${epoch}`), ...ofRollup(rollup), `: ${state}`],
    ...alignColumns([...rows, total], { columns }),
  ];
}

function nameOf({ kind, name }: Pick<CostPart, 'kind' | 'name'>): string {
  return `${KINDS[kind]} ${name}`;
}

function describeExclusions(unpriced: readonly CostPart[]): string {
  if (unpriced.length === 0) return '';
  const hint = unpriced.some(({ kind }) => kind === 'l1') ? ': no ETH price, see --ether-dollars' : '';
  return `(excluding ${unpriced.map(nameOf).join(', ')}${hint})`;
}
