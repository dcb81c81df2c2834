import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { checkpointsOf, isBinary } from '../../shared/proving-job/epoch-shape.ts';
import { countTxs } from './holds-traffic-mix.ts';
import type { EpochView } from './fleet-snapshot.ts';

/** What an epoch proves: its checkpoints, or the number of leaves where the family has no checkpoints; `streamed` where nobody knows. */
export function describeRange({ shape, firstCheckpoint, lastCheckpoint }: EpochRecord): string {
  if (shape === undefined) return 'streamed';
  if (isBinary(shape)) return `${shape.leaves} ${shape.leaves === 1 ? 'leaf' : 'leaves'}`;
  return `checkpoints ${firstCheckpoint ?? '?'} to ${lastCheckpoint ?? '?'}`;
}

/** The range, and the number of its transactions. */
export function describeContents(epoch: EpochView): string {
  if (epoch.shape === undefined || isBinary(epoch.shape)) return describeRange(epoch);
  const txs = countTxs(checkpointsOf(epoch.shape).flatMap(({ blocks }) => blocks));
  return `${describeRange(epoch)}, ${txs} transactions`;
}

/** How far the root proof is on its way to L1. */
export function describeSubmission({ submission }: EpochView): string {
  if (submission === undefined) return 'no root proof yet';
  const { state, transactions, transactionHash, reason } = submission;
  const hash = transactionHash === undefined ? '' : ` ${transactionHash}`;
  switch (state) {
    case 'waiting':
      return `root proof waiting in the outbox${reason === undefined ? '' : `: ${reason}`}`;
    case 'sent':
      return `sent${transactions > 1 ? ` (transaction ${transactions})` : ''}:${hash}`;
    case 'mined':
      return `mined:${hash}`;
    case 'expired':
      return `expired${reason === undefined ? '' : `: ${reason}`}`;
  }
}
