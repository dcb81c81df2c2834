import { formatEther, type Hex, parseAbi } from 'viem';

import {
  epochAt,
  epochDeadlineAtMs,
  epochStartAtMs,
  readRollupTiming,
  type RollupTiming,
} from '../../../shared/l1/epoch-timing.ts';
import type { L1Client, L1Node } from '../../../shared/l1/l1-client.ts';
import { type L1Head, readHeads } from '../../../shared/l1/l1-heads.ts';

// The calls that every version of the contracts has, written out: the broker loads no package of Aztec.
const ROLLUP = parseAbi([
  'function getGenesisTime() view returns (uint256)',
  'function getSlotDuration() view returns (uint256)',
  'function getEpochDuration() view returns (uint256)',
  'function getProofSubmissionEpochs() view returns (uint256)',
  'function getTips() view returns (uint256 pending, uint256 proven)',
  'function getEpochForCheckpoint(uint256 checkpoint) view returns (uint256)',
]);

export interface L1RollupDeps {
  /** Each is read on its own: one that lies, or has stopped, must not close an epoch. */
  readonly nodes: L1Client['nodes'];
  readonly nowMs: () => number;
  /** The accounts that submit. @default none */
  readonly publishers?: readonly Hex[];
}

/** An epoch that is complete and not proven. Times are Unix milliseconds of the L1's clock. */
export interface OpenEpoch {
  readonly epoch: number;
  readonly endedAtMs: number;
  readonly deadlineAtMs: number;
}

/** What the broker reads of its rollup on L1. Every method passes on what the clients throw when none responds. */
export class L1Rollup {
  readonly #deps: L1RollupDeps;
  readonly #contract: { readonly address: Hex; readonly abi: typeof ROLLUP };
  #timing: { readonly timing: RollupTiming; readonly isAgreed: boolean } | undefined;
  #reading: Promise<RollupTiming> | undefined;

  constructor(deps: L1RollupDeps, address: Hex) {
    this.#deps = deps;
    this.#contract = { address, abi: ROLLUP };
  }

  get nodes(): L1Client['nodes'] {
    return this.#deps.nodes;
  }

  /** When the epoch's proof window closes, in Unix milliseconds of the L1's clock. */
  async deadlineAtMs(epoch: number): Promise<number> {
    return epochDeadlineAtMs(epoch, await this.#readTiming());
  }

  /**
   * The first epoch that is not proven to its last checkpoint so far; `undefined` while nothing is proven. Only what every node
   * that follows L1 has proven counts: an epoch that is closed too late costs some proofs, one that is closed too early is lost.
   */
  async firstUnprovenEpoch(): Promise<number | undefined> {
    const [timing, { usable }] = await Promise.all([this.#readTiming(), readHeads(this.#deps, this.#deps.nowMs())]);
    const epochs = await valuesOf(usable.map((head) => this.#firstUnprovenAt(head, timing)));
    return epochs.includes(undefined) ? undefined : Math.min(...epochs.filter((epoch) => epoch !== undefined));
  }

  /**
   * The oldest epoch that is complete and not proven, by the node that follows L1 and has most proven: what one of them has is
   * not missing. `undefined` without one.
   */
  async firstOpenEpoch(): Promise<OpenEpoch | undefined> {
    const [timing, { usable }] = await Promise.all([this.#readTiming(), readHeads(this.#deps, this.#deps.nowMs())]);
    const tips = await valuesOf(
      usable.map(async ({ client, blockNumber, blockAtMs }) => {
        const contract = { ...this.#contract, blockNumber: BigInt(blockNumber) };
        const [pending, proven] = await client.readContract({ ...contract, functionName: 'getTips' });
        return { client, contract, blockAtMs, pending, proven };
      }),
    );
    const best = tips.reduce((a, b) => (b.proven > a.proven ? b : a));
    if (best.pending <= best.proven) return undefined;
    const args = [best.proven + 1n] as const;
    const call = { ...best.contract, functionName: 'getEpochForCheckpoint', args } as const;
    const epoch = Number(await best.client.readContract(call));
    const endedAtMs = epochStartAtMs(epoch + 1, timing);
    if (best.blockAtMs < endedAtMs) return undefined;
    return { epoch, endedAtMs, deadlineAtMs: epochDeadlineAtMs(epoch, timing) };
  }

  /** Of the accounts that submit, the balance of the one with the least, in ether; `undefined` where none is known. */
  async leastBalanceEth(): Promise<number | undefined> {
    const { nodes, publishers = [] } = this.#deps;
    if (publishers.length === 0) return undefined;
    const read = nodes.map(({ client }) => Promise.all(publishers.map((address) => client.getBalance({ address }))));
    const [balances = []] = await valuesOf(read);
    return Math.min(...balances.map((wei) => Number(formatEther(wei))));
  }

  async #firstUnprovenAt(
    { client, blockNumber, blockAtMs }: L1Head,
    timing: RollupTiming,
  ): Promise<number | undefined> {
    const contract = { ...this.#contract, blockNumber: BigInt(blockNumber) };
    const epochOf = async (checkpoint: bigint): Promise<number> =>
      Number(await client.readContract({ ...contract, functionName: 'getEpochForCheckpoint', args: [checkpoint] }));
    const [pending, proven] = await client.readContract({ ...contract, functionName: 'getTips' });
    if (proven === 0n) return undefined;
    // No checkpoint belongs to a future epoch, whatever the node returns.
    const current = epochAt(blockAtMs, timing);
    if (pending > proven) return Math.min(await epochOf(proven + 1n), current);
    // All is proven: L1 may take more checkpoints of the last one's epoch, until that is over.
    return Math.min((await epochOf(proven)) + 1, current);
  }

  /**
   * The rollup's clock, which never changes. Until more than half of the nodes agree on it, they are read again, but
   * nobody waits for that: jobs of a new epoch must not fail because L1 is out of reach.
   */
  async #readTiming(): Promise<RollupTiming> {
    const known = this.#timing;
    if (known?.isAgreed === true) return known.timing;
    const reading = (this.#reading ??= this.#askForTiming().finally(() => (this.#reading = undefined)));
    if (known === undefined) return reading;
    reading.catch(() => undefined);
    return known.timing;
  }

  /** What most nodes say; of as many, the clock whose windows close last. */
  async #askForTiming(): Promise<RollupTiming> {
    const { nodes } = this.#deps;
    const timings = await valuesOf(nodes.map((node) => this.#timingOf(node)));
    const [first, ...others] = timings;
    if (first === undefined) throw new Error('no L1 node is configured');
    const votesFor = (timing: RollupTiming): number =>
      timings.filter((other) => JSON.stringify(other) === JSON.stringify(timing)).length;
    const chosen = others.reduce((best, timing) => {
      const moreVotes = votesFor(timing) - votesFor(best);
      return moreVotes > 0 || (moreVotes === 0 && epochDeadlineAtMs(0, timing) > epochDeadlineAtMs(0, best))
        ? timing
        : best;
    }, first);
    this.#timing = { timing: chosen, isAgreed: votesFor(chosen) > nodes.length / 2 };
    return chosen;
  }

  async #timingOf({ client, host }: L1Node): Promise<RollupTiming> {
    const timing = await readRollupTiming((functionName) => client.readContract({ ...this.#contract, functionName }));
    const { genesisAtSeconds, slotSeconds, epochSlots } = timing;
    if (Math.min(genesisAtSeconds, slotSeconds, epochSlots) > 0) return timing;
    throw new Error(`the L1 node at ${host} returns an impossible clock of the rollup: check that node`);
  }
}

/** The values of those that succeed. @throws the first error when none does */
export async function valuesOf<Value>(promises: readonly Promise<Value>[]): Promise<readonly Value[]> {
  const outcomes = await Promise.allSettled(promises);
  const values = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (values.length === 0 && failure !== undefined) throw failure.reason;
  return values;
}
