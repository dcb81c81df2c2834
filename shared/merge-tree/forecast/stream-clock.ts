import type { EpochRecord } from '../../ledger/epoch-ledger.ts';
import { isOfLine, parseEpochId } from '../../proving-job/epoch-id.ts';

/** When the slots of an epoch begin and end, in Unix milliseconds of the L1's clock. */
export interface StreamClock {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/** Mainnet's and testnet's, in every version so far: slots of 72 s, 32 of them in an epoch. */
const SLOT_MS = 72_000;
const MAINNET_EPOCH_MS = 32 * SLOT_MS;
/** From the end of a slot until a node has its checkpoint from L1, and asks for the first of its jobs. */
export const SEEN_SECONDS = 24;
const SEEN_MS = SEEN_SECONDS * 1000;

/** All that the clock of an epoch follows from. */
export type ClockedEpoch = Pick<EpochRecord, 'id' | 'epoch' | 'deadlineAtMs' | 'openedAtMs'>;

/**
 * When an epoch that streams begins and ends, from what the ledger has of it and of others. A record has no more of L1's clock
 * than its deadline: the deadlines of two epochs of a rollup are as far apart as the epochs, and its first job came while it
 * lasted, which gives the window. An epoch without a known neighbour counts as one of mainnet; one whose L1 is unknown, as one
 * that began a slot before its first job.
 * @param known epochs of any rollup, with or without this one
 */
export function streamClock(record: ClockedEpoch, known: readonly ClockedEpoch[]): StreamClock {
  if (isOfLine(record.id)) {
    const startsAtMs = record.openedAtMs - SLOT_MS - SEEN_MS;
    return { startsAtMs, endsAtMs: startsAtMs + MAINNET_EPOCH_MS };
  }
  const { rollup } = parseEpochId(record.id);
  const ofRollup = known.filter((other) => parseEpochId(other.id).rollup === rollup);
  const epochMs = epochMsOf(record, ofRollup);
  const windowEpochs = Math.max(
    1,
    ...[record, ...ofRollup].map(({ deadlineAtMs, openedAtMs }) => Math.floor((deadlineAtMs - openedAtMs) / epochMs)),
  );
  const endsAtMs = record.deadlineAtMs - windowEpochs * epochMs;
  return { startsAtMs: endsAtMs - epochMs, endsAtMs };
}

function epochMsOf({ epoch, deadlineAtMs }: ClockedEpoch, others: readonly ClockedEpoch[]): number {
  const [epochMs] = others
    .filter((other) => other.epoch !== epoch)
    .map((other) => (deadlineAtMs - other.deadlineAtMs) / (epoch - other.epoch))
    .filter((ms) => ms > 0);
  return epochMs ?? MAINNET_EPOCH_MS;
}

/** The share of the epoch's slots whose checkpoints a node had the time to ask for, 0 to 1. */
export function elapsedShare({ startsAtMs, endsAtMs }: StreamClock, nowMs: number): number {
  return Math.min(1, Math.max(0, (nowMs - SEEN_MS - startsAtMs) / (endsAtMs - startsAtMs)));
}
