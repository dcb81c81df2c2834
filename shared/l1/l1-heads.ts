import type { L1Client, L1Node } from './l1-client.ts';

/** The newest block of one L1 node. */
export interface L1Head extends L1Node {
  readonly blockNumber: number;
  readonly blockHash: string;
  /** The time of the block. */
  readonly blockAtMs: number;
  readonly baseFeePerGasWei: bigint;
}

/** How far the L1 nodes have got. */
export interface L1Heads {
  /** The heads to read from, in the operator's order: close to the best one, and recent unless {@link isStale}. */
  readonly usable: readonly [L1Head, ...L1Head[]];
  /** The highest of the usable blocks. */
  readonly bestBlockNumber: number;
  /** Hosts that respond but do not follow the chain: their execution client may have lost its consensus client, or makes up its blocks. */
  readonly laggingHosts: readonly string[];
  readonly silentHosts: readonly string[];
  /** Not even the best head is recent: L1 has halted, no URL follows it any more, or this machine's clock is wrong. */
  readonly isStale: boolean;
}

/** Nodes that follow the chain differ by a block or two. */
const MAX_BLOCKS_BEHIND = 3;
/** Fifteen slots: so many in a row without a block have not been seen on a public network that works. */
const MAX_HEAD_AGE_MS = 180_000;

/**
 * Reads the newest block of every URL, and judges which of them follow the chain: a URL that responds may still be behind.
 * @throws what the first URL throws, when none responds
 */
export async function readHeads({ nodes }: Pick<L1Client, 'nodes'>, nowMs: number): Promise<L1Heads> {
  const answers = await Promise.allSettled(nodes.map(readHead));
  const heads = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const failure = answers.find((answer) => answer.status === 'rejected');
  const [first, ...others] = heads;
  if (first === undefined) throw failure?.reason;
  const silentHosts = nodes.filter((_, at) => answers[at]?.status === 'rejected').map(({ host }) => host);
  return { ...judgeHeads([first, ...others], nowMs), silentHosts };
}

/** The newest block of every URL that responds. */
export async function readEveryHead({ nodes }: Pick<L1Client, 'nodes'>): Promise<readonly L1Head[]> {
  const answers = await Promise.allSettled(nodes.map(readHead));
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
}

/** Passes on what the client throws. */
export async function readHead(node: L1Node): Promise<L1Head> {
  const block = await node.client.getBlock();
  return {
    ...node,
    blockNumber: Number(block.number),
    blockHash: block.hash,
    blockAtMs: Number(block.timestamp) * 1000,
    baseFeePerGasWei: block.baseFeePerGas ?? 0n,
  };
}

/** Recent heads cannot be further apart: blocks are a second apart at least. */
const MAX_BLOCKS_BETWEEN_RECENT = MAX_HEAD_AGE_MS / 1000;

/** Chooses the heads that can be trusted, by each other and by the clock. */
export function judgeHeads(
  heads: readonly [L1Head, ...L1Head[]],
  nowMs: number,
): Pick<L1Heads, 'usable' | 'bestBlockNumber' | 'laggingHosts' | 'isStale'> {
  const recent = heads.filter(({ blockAtMs }) => nowMs - blockAtMs <= MAX_HEAD_AGE_MS);
  const isStale = recent.length === 0;
  const candidates = isStale ? heads : agreed(recent);
  const bestBlockNumber = Math.max(...candidates.map(({ blockNumber }) => blockNumber));
  const [first, ...others] = candidates.filter(({ blockNumber }) => bestBlockNumber - blockNumber <= MAX_BLOCKS_BEHIND);
  const usable = [first ?? heads[0], ...others] as const;
  const laggingHosts = (isStale ? heads : heads.filter((head) => !usable.includes(head))).map(({ host }) => host);
  return { usable, bestBlockNumber, laggingHosts, isStale };
}

/**
 * Those that most of them agree with: a node may make up a number of its own. Between as many, the lower number counts: it
 * takes an error to have blocks that the other does not know.
 */
function agreed(recent: readonly L1Head[]): readonly L1Head[] {
  const groups = recent.map((head) =>
    recent.filter(({ blockNumber }) => Math.abs(blockNumber - head.blockNumber) <= MAX_BLOCKS_BETWEEN_RECENT),
  );
  const lowestOf = (group: readonly L1Head[]): number => Math.min(...group.map(({ blockNumber }) => blockNumber));
  return groups.toSorted((a, b) => b.length - a.length || lowestOf(a) - lowestOf(b))[0] ?? recent;
}

/** For the log: what it means that hosts lag. */
export function describeLag({ isStale }: Pick<L1Heads, 'isStale'>): string {
  return isStale
    ? 'no L1 node has a recent block: check them, and the clock of this machine'
    : 'some L1 nodes lag behind or contradict the others, and are not read from: check that they follow the chain';
}
