import { z } from 'zod';

import { CheckpointShape } from '../../proving-job/checkpoint-shape.ts';

/** `MAX_CHECKPOINTS_PER_EPOCH` of `@aztec/constants` 4.1.2. */
export const MAX_CHECKPOINTS_PER_EPOCH = 32;

/** The checkpoints cannot make an epoch of Aztec: the chain was misread, or the network has other limits. No retry helps. */
export class InvalidEpochShapeError extends Error {
  override readonly name = 'InvalidEpochShapeError';
  /** Everything that is wrong, each with its place and what is allowed there. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`these checkpoints cannot be proven as an epoch: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

/**
 * Checks that checkpoints, in order, can be proven together as an epoch, or as the first part of one.
 * @throws {InvalidEpochShapeError} with everything that is wrong.
 */
export function checkAztecShape(checkpoints: readonly CheckpointShape[]): void {
  const malformed = malformedParts(checkpoints);
  const problems = [...wrongCount(checkpoints), ...(malformed.length > 0 ? malformed : emptyLaterBlocks(checkpoints))];
  if (problems.length > 0) throw new InvalidEpochShapeError(problems);
}

function wrongCount(checkpoints: readonly CheckpointShape[]): string[] {
  if (checkpoints.length >= 1 && checkpoints.length <= MAX_CHECKPOINTS_PER_EPOCH) return [];
  return [`an epoch has 1 to ${MAX_CHECKPOINTS_PER_EPOCH} checkpoints, got ${checkpoints.length}`];
}

function malformedParts(checkpoints: readonly CheckpointShape[]): string[] {
  const parsed = z.array(CheckpointShape).safeParse(checkpoints);
  if (parsed.success) return [];
  return parsed.error.issues.map(({ path: [checkpoint, ...rest], message }) =>
    [`checkpoint ${String(checkpoint)}`, rest.join('.'), message].filter(Boolean).join(' '),
  );
}

function emptyLaterBlocks(checkpoints: readonly CheckpointShape[]): string[] {
  return checkpoints.flatMap(({ blocks }, checkpoint) =>
    blocks.flatMap(({ publicTxs, privateTxs }, block) =>
      block > 0 && publicTxs + privateTxs === 0
        ? [
            `checkpoint ${checkpoint} block ${block} has no transactions, which only the first block (0) of a checkpoint may`,
          ]
        : [],
    ),
  );
}
