import { type CostPart, totalDollars } from '../../../shared/cost/epoch-cost.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { type Line, toned } from '../../terminal/line.ts';
import { alignColumns } from '../../terminal/align-columns.ts';

const KINDS: Readonly<Record<CostPart['kind'], string>> = { agents: 'agents', aws: 'AWS', l1: 'L1' };

/** What an epoch cost, part by part. */
export function renderCost({ epoch, state }: Pick<EpochRecord, 'epoch' | 'state'>, parts: readonly CostPart[]): Line[] {
  const rows = parts.map(({ kind, name, dollars, because }): Line => [
    `${KINDS[kind]} ${name}`,
    dollars === undefined ? '?' : `$${dollars.toFixed(4)}`,
    toned('dim', because),
  ]);
  const isWhole = parts.every(({ dollars }) => dollars !== undefined);
  return [
    [toned('strong', `Epoch ${epoch}`), `: ${state}`],
    ...alignColumns([
      ...rows,
      [
        toned('strong', 'all'),
        `$${totalDollars(parts).toFixed(4)}`,
        isWhole ? '' : toned('dim', 'without what has no price'),
      ],
    ]),
  ];
}
