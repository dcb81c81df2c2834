import { type Hex, parseAbi } from 'viem';

import { epochDeadlineAtMs, readRollupTiming, type RollupTiming } from '../../../shared/l1/epoch-timing.ts';
import type { L1Reader } from '../../../shared/l1/l1-client.ts';

// The calls that every version of the contracts has, written out: the broker loads no package of Aztec.
const REGISTRY = parseAbi([
  'function getCanonicalRollup() view returns (address)',
  'function getRollup(uint256 version) view returns (address)',
]);
const ROLLUP = parseAbi([
  'function getGenesisTime() view returns (uint256)',
  'function getSlotDuration() view returns (uint256)',
  'function getEpochDuration() view returns (uint256)',
  'function getProofSubmissionEpochs() view returns (uint256)',
  'function getTips() view returns (uint256 pending, uint256 proven)',
  'function getEpochForCheckpoint(uint256 checkpoint) view returns (uint256)',
  'function getCurrentEpoch() view returns (uint256)',
]);

type Reader = Pick<L1Reader, 'readContract'>;

/** The address of the rollup that the registry names. */
export async function rollupOfRegistry(client: Reader, registry: Hex, version: number | 'canonical'): Promise<Hex> {
  const contract = { address: registry, abi: REGISTRY } as const;
  return version === 'canonical'
    ? client.readContract({ ...contract, functionName: 'getCanonicalRollup' })
    : client.readContract({ ...contract, functionName: 'getRollup', args: [BigInt(version)] });
}

/** What the broker reads of its rollup on L1. Every method passes on what the client throws. */
export class L1Rollup {
  readonly #client: Reader;
  readonly #contract: { readonly address: Hex; readonly abi: typeof ROLLUP };
  #timing: RollupTiming | undefined;

  constructor(client: Reader, address: Hex) {
    this.#client = client;
    this.#contract = { address, abi: ROLLUP };
  }

  /** When the epoch's proof window closes, in Unix milliseconds of the L1's clock. */
  async deadlineAtMs(epoch: number): Promise<number> {
    this.#timing ??= await readRollupTiming((functionName) =>
      this.#client.readContract({ ...this.#contract, functionName }),
    );
    return epochDeadlineAtMs(epoch, this.#timing);
  }

  /** The first epoch that is not proven to its last checkpoint so far; `undefined` while nothing is proven. */
  async firstUnprovenEpoch(): Promise<number | undefined> {
    const [pending, proven] = await this.#client.readContract({ ...this.#contract, functionName: 'getTips' });
    if (proven === 0n) return undefined;
    if (pending > proven) return this.#epochOf(proven + 1n);
    // All is proven: L1 may take more checkpoints of the last one's epoch, until that is over.
    const [last, current] = await Promise.all([
      this.#epochOf(proven),
      this.#client.readContract({ ...this.#contract, functionName: 'getCurrentEpoch' }),
    ]);
    return Number(current) > last ? last + 1 : last;
  }

  async #epochOf(checkpoint: bigint): Promise<number> {
    return Number(
      await this.#client.readContract({ ...this.#contract, functionName: 'getEpochForCheckpoint', args: [checkpoint] }),
    );
  }
}
