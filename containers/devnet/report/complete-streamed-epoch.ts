import type { EpochView } from '../../epoch-view/fleet-snapshot.ts';
import type { EpochContents } from '../traffic/epoch-contents.ts';

/**
 * Adds to an epoch of Aztec's own node, which only asks for its jobs, what the sender of the traffic knows: the
 * checkpoints, and what they hold. An epoch of our node has that already.
 */
export function completeStreamedEpoch(view: EpochView, contents: EpochContents | undefined): EpochView {
  const [first, last] = [contents?.checkpoints[0], contents?.checkpoints.at(-1)];
  if (view.shape !== undefined || contents === undefined || first === undefined || last === undefined) return view;
  return {
    ...view,
    firstCheckpoint: first.checkpointNumber,
    lastCheckpoint: last.checkpointNumber,
    shape: contents.checkpoints.map(({ blocks, l1ToL2Messages }) => ({
      blocks: blocks.map(({ privateTransactions, publicTransactions }) => ({
        privateTxs: privateTransactions,
        publicTxs: publicTransactions,
      })),
      l1ToL2Messages,
    })),
  };
}
