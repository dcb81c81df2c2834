import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { isBinary } from '../../shared/proving-job/epoch-shape.ts';

/** What an epoch proves: its checkpoints, or how many leaves where the family has no checkpoints. */
export function describeRange({ shape, firstCheckpoint, lastCheckpoint }: EpochRecord): string {
  if (isBinary(shape)) return `${shape.leaves} ${shape.leaves === 1 ? 'leaf' : 'leaves'}`;
  return `checkpoints ${firstCheckpoint ?? '?'} to ${lastCheckpoint ?? '?'}`;
}
