import { type AztecNodeAdmin, createAztecNodeAdminClient } from '@aztec/stdlib/interfaces/client';

import type { DevnetTiming } from '../l1/devnet-timing.ts';

/**
 * Controls what the sequencer may put into its next checkpoint, so that a checkpoint's contents follow a plan. A change
 * takes effect with the next slot that the sequencer starts to build for.
 */
export class CheckpointGate {
  readonly #admin: AztecNodeAdmin;
  readonly #timing: DevnetTiming;

  constructor(adminRpcUrl: string, timing: DevnetTiming) {
    this.#admin = createAztecNodeAdminClient(adminRpcUrl);
    this.#timing = timing;
  }

  /** A checkpoint without transactions in every slot. */
  async letEmptyPass(): Promise<void> {
    await this.#set({ minTxsPerBlock: 0, buildCheckpointIfEmpty: true });
  }

  /** A checkpoint only when there are `count` transactions for it; they all go into its one block. */
  async letPass(count: number): Promise<void> {
    await this.#set({ minTxsPerBlock: count });
  }

  /**
   * A checkpoint with a block for each `perBlock` of `count` transactions. They have to be sent together, while the
   * sequencer builds nothing: each block takes what has arrived.
   */
  async letPassInBlocks(count: number, perBlock: number): Promise<void> {
    await this.#set({ maxTxsPerBlock: perBlock }, Math.ceil(count / perBlock));
  }

  async #set(
    limits: { minTxsPerBlock?: number; maxTxsPerBlock?: number; buildCheckpointIfEmpty?: boolean },
    blocks = 1,
  ): Promise<void> {
    await this.#admin.setConfig({
      minTxsPerBlock: 1,
      maxTxsPerBlock: MANY,
      buildCheckpointIfEmpty: false,
      blockDurationMs: blockDurationMs(this.#timing, blocks),
      ...limits,
    });
  }
}

/** More transactions than are ever sent together: a limit cannot be removed, only replaced. */
const MANY = 64;

/** What the sequencer keeps free of blocks in each slot, in seconds: to check its state, to assemble, to publish on L1. */
const RESERVED_SECONDS = 4;

/**
 * The time for one block with which the sequencer plans for `blocks` of them in a slot. It keeps one block's time more
 * free, in which validators would execute the last one again.
 */
function blockDurationMs({ aztecSlotSeconds }: DevnetTiming, blocks: number): number {
  return Math.floor(((aztecSlotSeconds - RESERVED_SECONDS) * 1000) / (blocks + 1));
}
