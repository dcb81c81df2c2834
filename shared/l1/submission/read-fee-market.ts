import type { L1Reader } from '../l1-client.ts';
import type { FeeMarket } from './fees.ts';

const FEE_HISTORY_BLOCKS = 5;
/** Of a block's priority fees: only the top quarter is above it. Aztec's publisher uses the same percentile. */
const FEE_HISTORY_PERCENTILE = 75;

/** Reads what gas costs on L1 right now. Passes on what the client throws. */
export async function readFeeMarket(l1: L1Reader): Promise<FeeMarket> {
  const [history, estimate] = await Promise.all([
    l1.getFeeHistory({ blockCount: FEE_HISTORY_BLOCKS, rewardPercentiles: [FEE_HISTORY_PERCENTILE] }),
    l1.estimateMaxPriorityFeePerGas(),
  ]);
  const rewards = (history.reward ?? []).flat().filter((reward) => reward > 0n);
  const typical = rewards.sort((a, b) => (a < b ? -1 : 1))[Math.floor(rewards.length / 2)] ?? 0n;
  return {
    // One entry more than the blocks asked for: the last one is the next block's.
    baseFeePerGasWei: history.baseFeePerGas.at(-1) ?? 0n,
    priorityFeePerGasWei: estimate > typical ? estimate : typical,
    earlierBaseFeePerGasWei: history.baseFeePerGas[0] ?? 0n,
  };
}
