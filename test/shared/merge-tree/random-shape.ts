import type { CheckpointShape } from '../../../shared/proving-job/checkpoint-shape.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface ShapeLimits {
  readonly checkpoints: number;
  readonly blocks: number;
  readonly txsOfAKind: number;
}

/** A shape that an epoch can have, with what is at the edges (one checkpoint, empty first blocks, no messages) often. */
export function randomShape(random: SeededRandom, limits: ShapeLimits): CheckpointShape[] {
  return Array.from({ length: random.between(1, limits.checkpoints) }, () => ({
    blocks: Array.from({ length: random.between(1, limits.blocks) }, (_, block) => {
      const publicTxs = random.below(limits.txsOfAKind + 1);
      const privateTxs = random.below(limits.txsOfAKind + 1);
      return { publicTxs, privateTxs: block > 0 && publicTxs === 0 ? privateTxs + 1 : privateTxs };
    }),
    l1ToL2Messages: random.pick([0, 0, 0, 1, 255, 256, 257, 512, 513, 769, 1024]),
  }));
}
