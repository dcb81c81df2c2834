import { RollupAbi } from '@aztec/l1-artifacts/RollupAbi';
import type { Hex } from 'viem';

import { epochDeadlineAtMs, readRollupTiming, type RollupTiming } from './epoch-timing.ts';
import type { L1Reader } from './l1-client.ts';

export interface RollupTips {
  /** The last checkpoint that was proposed. */
  readonly pendingCheckpoint: number;
  /** The last checkpoint that is proven. */
  readonly provenCheckpoint: number;
}

/** Reads the rollup contract. Every method passes on what the client throws. */
export class RollupReader {
  readonly #client: L1Reader;
  readonly #contract: { readonly address: Hex; readonly abi: typeof RollupAbi; readonly blockNumber?: bigint };
  readonly #at: { readonly blockNumber?: bigint };
  #timing: RollupTiming | undefined;

  /** @param blockNumber the block to read at; the latest of each moment when left out */
  constructor(client: L1Reader, rollupAddress: Hex, blockNumber?: number) {
    this.#client = client;
    this.#at = blockNumber === undefined ? {} : { blockNumber: BigInt(blockNumber) };
    this.#contract = { address: rollupAddress, abi: RollupAbi, ...this.#at };
  }

  async tips(): Promise<RollupTips> {
    const tips = await this.#client.readContract({ ...this.#contract, functionName: 'getTips' });
    return { pendingCheckpoint: Number(tips.pending), provenCheckpoint: Number(tips.proven) };
  }

  /** The archive root after the checkpoint; zero when the chain does not reach it. */
  async archiveAt(checkpoint: number): Promise<Hex> {
    return await this.#client.readContract({
      ...this.#contract,
      functionName: 'archiveAt',
      args: [BigInt(checkpoint)],
    });
  }

  /** @throws when the chain does not reach the checkpoint. */
  async epochOfCheckpoint(checkpoint: number): Promise<number> {
    const args = [BigInt(checkpoint)] as const;
    return Number(await this.#client.readContract({ ...this.#contract, functionName: 'getEpochForCheckpoint', args }));
  }

  /** Whether L1 has a proof of the epoch's first `checkpoints` checkpoints by this prover: it accepts only one. */
  async hasSubmitted(epoch: number, checkpoints: number, proverId: Hex): Promise<boolean> {
    const args = [BigInt(epoch), BigInt(checkpoints), proverId] as const;
    return await this.#client.readContract({ ...this.#contract, functionName: 'getHasSubmitted', args });
  }

  /** The constants of the rollup's clock; read once. */
  async timing(): Promise<RollupTiming> {
    this.#timing ??= await readRollupTiming((functionName) =>
      this.#client.readContract({ ...this.#contract, functionName }),
    );
    return this.#timing;
  }

  /** When the epoch's proof window closes, in Unix milliseconds of the L1's clock. */
  async epochDeadlineAtMs(epoch: number): Promise<number> {
    return epochDeadlineAtMs(epoch, await this.timing());
  }

  /** What an account holds, in wei. */
  async balanceWei(address: Hex): Promise<bigint> {
    return await this.#client.getBalance({ address, ...this.#at });
  }
}
