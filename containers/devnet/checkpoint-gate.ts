import { type AztecNodeAdmin, createAztecNodeAdminClient } from '@aztec/stdlib/interfaces/client';

/**
 * Rules what the sequencer may put into its next checkpoint, so that a checkpoint's contents are a plan and not luck. It
 * takes effect with the next slot that the sequencer starts to build for.
 */
export class CheckpointGate {
  readonly #admin: AztecNodeAdmin;

  constructor(adminRpcUrl: string) {
    this.#admin = createAztecNodeAdminClient(adminRpcUrl);
  }

  /** A checkpoint without transactions in every slot. */
  async letEmptyPass(): Promise<void> {
    await this.#admin.setConfig({ minTxsPerBlock: 0, buildCheckpointIfEmpty: true });
  }

  /** A checkpoint only when there are `count` transactions for it; they all go into its one block. */
  async letPass(count: number): Promise<void> {
    await this.#admin.setConfig({ minTxsPerBlock: count, buildCheckpointIfEmpty: false });
  }
}
