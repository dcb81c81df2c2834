import type { WaitFor } from '../../../shared/config/groups/wait-settings.ts';
import type { EpochLedger, EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { needOfEpoch } from '../../../shared/ledger/epoch-needs.ts';
import { type EpochId, parseEpochId } from '../../../shared/proving-job/epoch-id.ts';
import { formatDuration } from '../../terminal/format-duration.ts';
import { EpochUnknownError, findEpoch } from '../../fleet-view/find-epoch.ts';

export interface WaitResult {
  readonly outcome: 'reached' | 'impossible' | 'timed-out';
  readonly epochId: EpochId;
  /** As it was last read; `undefined` while the ledger does not have it. */
  readonly epoch: EpochRecord | undefined;
  readonly waitedSeconds: number;
}

export interface WaitOptions {
  readonly waitFor: WaitFor;
  /** @default for ever */
  readonly timeoutSeconds: number | undefined;
  readonly nowMs: () => number;
  readonly pause: (ms: number) => Promise<unknown>;
}

/** On AWS each poll is a few reads: a cent in a day. */
const POLL_MS = 2_000;

/** Waits until the epoch is as far as that, or can no longer get there, or the time is over. */
export async function waitForEpoch(
  epochs: EpochLedger,
  wanted: EpochId,
  { waitFor, timeoutSeconds = Infinity, nowMs, pause }: WaitOptions,
): Promise<WaitResult> {
  const startedAtMs = nowMs();
  const endsAtMs = startedAtMs + timeoutSeconds * 1000;
  for (;;) {
    const epoch = await find(epochs, wanted);
    const atMs = nowMs();
    const outcome = epoch === undefined ? undefined : outcomeOf(epoch, waitFor, atMs);
    if (outcome !== undefined || atMs >= endsAtMs) {
      const waitedSeconds = (atMs - startedAtMs) / 1000;
      return { outcome: outcome ?? 'timed-out', epochId: epoch?.id ?? wanted, epoch, waitedSeconds };
    }
    await pause(Math.min(POLL_MS, endsAtMs - atMs));
  }
}

/** What `coppice wait` prints for people. */
export function describeWait({ outcome, epochId, epoch, waitedSeconds }: WaitResult, waitFor: WaitFor): string {
  const name = `epoch ${parseEpochId(epochId).epoch}`;
  const waited = formatDuration(waitedSeconds * 1000);
  switch (outcome) {
    case 'reached':
      return waitFor === 'root'
        ? `The root of ${name} is proven.`
        : `${name[0]?.toUpperCase() ?? ''}${name.slice(1)} is proven on L1${epoch?.transactionHash === undefined ? '' : `, by transaction ${epoch.transactionHash}`}.`;
    case 'impossible':
      return `${name} can no longer be proven: it is ${epoch?.state ?? 'unknown'}${epoch?.reason === undefined ? '' : `, ${epoch.reason}`}. See: coppice why ${parseEpochId(epochId).epoch}`;
    case 'timed-out':
      return epoch === undefined
        ? `${name} is not in the ledger after ${waited}. See: coppice status`
        : `${name} is still ${epoch.state} after ${waited}. See: coppice why ${parseEpochId(epochId).epoch}`;
  }
}

function outcomeOf(epoch: EpochRecord, waitFor: WaitFor, atMs: number): 'reached' | 'impossible' | undefined {
  if (epoch.state === 'proven' || (waitFor === 'root' && epoch.rootAtMs !== undefined)) return 'reached';
  const need = needOfEpoch(epoch, atMs);
  return need === 'nothing' || need === 'closing' ? 'impossible' : undefined;
}

async function find(epochs: EpochLedger, wanted: EpochId): Promise<EpochRecord | undefined> {
  try {
    return (await findEpoch(epochs, wanted)).epoch;
  } catch (error) {
    if (error instanceof EpochUnknownError) return undefined;
    throw error;
  }
}
