import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { checkpointsOf, isBinary } from '../../shared/proving-job/epoch-shape.ts';
import { countTxs } from './holds-traffic-mix.ts';
import type { EpochView } from './fleet-snapshot.ts';
import { formatDuration } from '../terminal/format-duration.ts';

/** What an epoch proves: its checkpoints, or how many leaves where the family has no checkpoints. */
export function describeRange({ shape, firstCheckpoint, lastCheckpoint }: EpochRecord): string {
  if (isBinary(shape)) return `${shape.leaves} ${shape.leaves === 1 ? 'leaf' : 'leaves'}`;
  return `checkpoints ${firstCheckpoint ?? '?'} to ${lastCheckpoint ?? '?'}`;
}

/** The range, and how many transactions it holds. */
export function describeContents(epoch: EpochView): string {
  if (isBinary(epoch.shape)) return describeRange(epoch);
  const txs = countTxs(checkpointsOf(epoch.shape).flatMap(({ blocks }) => blocks));
  return `${describeRange(epoch)}, ${txs} transactions`;
}

/** What is left of the chain of jobs that must follow one another, longest first. */
export function describePath({ pathLeft: { circuits, seconds } }: EpochView): string {
  if (circuits.length === 0) return 'nothing left';
  const jobs = `${circuits.length} ${circuits.length === 1 ? 'job' : 'jobs'} left`;
  return `${jobs}, about ${formatDuration(seconds * 1000)}: ${circuits.join(' > ')}`;
}

/** Where the root proof is on its way to L1. */
export function describeSubmission({ submission }: EpochView): string {
  if (submission === undefined) return 'no root proof yet';
  const { state, transactions, transactionHash, reason } = submission;
  const hash = transactionHash === undefined ? '' : ` ${transactionHash}`;
  switch (state) {
    case 'waiting':
      return `the root proof waits in the outbox${reason === undefined ? '' : `: ${reason}`}`;
    case 'sent':
      return `sent${transactions > 1 ? ` (transaction ${transactions} of it)` : ''}:${hash}`;
    case 'mined':
      return `mined:${hash}`;
    case 'expired':
      return `not sent any more${reason === undefined ? '' : `: ${reason}`}`;
  }
}
