import { isDevelopmentChain } from '../../../shared/l1/development-chains.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import type { EpochPrediction } from '../../../shared/merge-tree/prediction/predict-epochs.ts';
import { type EpochId, isTrial, parseEpochId, parseRollupId } from '../../../shared/proving-job/epoch-id.ts';
import { formatDuration } from '../../terminal/format-duration.ts';

/** What the guard weighs. */
export interface DrillSituation {
  /** The newest epochs, in any state. */
  readonly latest: readonly EpochRecord[];
  /** Those that still need proofs. */
  readonly open: readonly Pick<EpochRecord, 'id' | 'deadlineAtMs'>[];
  /** Of the open epochs. An epoch without one counts as done now. */
  readonly predictions: ReadonlyMap<EpochId, Pick<EpochPrediction, 'rootInSeconds'>>;
  readonly nowMs: number;
}

export interface DrillLimits {
  /** The chain that the operator has named. */
  readonly liveChain: string | undefined;
  readonly minMarginSeconds: number;
}

const CHAIN_NAMES: Readonly<Record<number, string>> = { 1: 'mainnet', 11155111: 'sepolia', 560048: 'hoodi' };
/** Of epochs whose L1 is not known, and of a fleet that has had none. */
const UNKNOWN_CHAIN = 'unknown';

/** Why the fleet must not be drilled now; empty when it may be. */
export function reasonsAgainstDrill(
  { latest, open, predictions, nowMs }: DrillSituation,
  { liveChain, minMarginSeconds }: DrillLimits,
): readonly string[] {
  const chains = liveChainsOf(latest).filter(({ names }) => liveChain === undefined || !names.includes(liveChain));
  const tight = open.flatMap(({ id, deadlineAtMs }) => {
    const rootAtMs = nowMs + (predictions.get(id)?.rootInSeconds.late ?? 0) * 1000;
    const marginMs = deadlineAtMs - rootAtMs;
    return marginMs >= minMarginSeconds * 1000 ? [] : [{ epoch: parseEpochId(id).epoch, marginMs }];
  });
  return [
    ...chains.map(
      ({ names: [name = UNKNOWN_CHAIN] }) =>
        `the fleet proves for a live chain, ${name}: a drill there needs --live-chain ${name}`,
    ),
    ...tight.map(
      ({ epoch, marginMs }) =>
        `epoch ${epoch} has ${describeMargin(marginMs)} between its predicted root and its deadline, and ` +
        `--min-margin is ${formatDuration(minMarginSeconds * 1000)}: wait until it is proven`,
    ),
  ];
}

function describeMargin(marginMs: number): string {
  if (marginMs <= 0 || !Number.isFinite(marginMs)) return 'nothing left';
  return `only ${formatDuration(marginMs)}`;
}

interface LiveChain {
  /** What an operator may call it. */
  readonly names: readonly string[];
}

/** The chains on which something is at stake. A trial is on none. */
function liveChainsOf(epochs: readonly EpochRecord[]): readonly LiveChain[] {
  const ids = epochs.filter(({ id }) => !isTrial(id)).map(({ id }) => chainIdOf(id));
  const live = new Set(ids.filter((chainId) => chainId === undefined || !isDevelopmentChain(chainId)));
  if (epochs.length === 0) live.add(undefined);
  return [...live].map((chainId) => {
    if (chainId === undefined) return { names: [UNKNOWN_CHAIN] };
    const name = CHAIN_NAMES[chainId];
    return { names: name === undefined ? [String(chainId)] : [name, String(chainId)] };
  });
}

function chainIdOf(id: EpochId): number | undefined {
  const { rollup } = parseEpochId(id);
  return rollup && parseRollupId(rollup)?.chainId;
}
