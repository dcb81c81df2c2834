import type { Fr } from '@aztec/foundation/curves/bn254';
import type { Checkpoint } from '@aztec/stdlib/checkpoint';

import type { CheckpointShape } from '../../shared/proving-job/checkpoint-shape.ts';

/**
 * The shape of checkpoints, in their order.
 * @param l1ToL2Messages one list for each
 * @param isPublic whether the transaction with this hash is public
 */
export function checkpointShapes(
  checkpoints: readonly Checkpoint[],
  l1ToL2Messages: readonly (readonly Fr[])[],
  isPublic: (txHash: `0x${string}`) => boolean,
): CheckpointShape[] {
  return checkpoints.map(({ blocks }, index) => ({
    blocks: blocks.map(({ body }) => {
      const publicTxs = body.txEffects.filter(({ txHash }) => isPublic(txHash.toString())).length;
      return { publicTxs, privateTxs: body.txEffects.length - publicTxs };
    }),
    l1ToL2Messages: l1ToL2Messages[index]?.length ?? 0,
  }));
}
