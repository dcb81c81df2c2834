import type { L1Head } from '../l1-heads.ts';
import { boundFeeMarket } from './bound-fee-market.ts';
import type { FeeMarket } from './fee-market.ts';

const FEE_HISTORY_BLOCKS = 5;
/** Of a block's priority fees: only the top quarter is above it. Aztec's publisher uses the same percentile. */
const FEE_HISTORY_PERCENTILE = 75;

/**
 * Reads what gas costs on L1 right now, within the bounds of {@link boundFeeMarket}. Passes on what the client throws.
 * @param usable the heads of all nodes that follow L1: `head` and those that bear it out
 */
export async function readFeeMarket(head: L1Head, usable: readonly L1Head[]): Promise<FeeMarket> {
  const [history, estimate] = await Promise.all([
    head.client.getFeeHistory({ blockCount: FEE_HISTORY_BLOCKS, rewardPercentiles: [FEE_HISTORY_PERCENTILE] }),
    head.client.estimateMaxPriorityFeePerGas(),
  ]);
  return boundFeeMarket({
    // One entry more than the blocks asked for: the last one is the next block's.
    nextBaseFeeWei: history.baseFeePerGas.at(-1) ?? 0n,
    earlierBaseFeeWei: history.baseFeePerGas[0] ?? 0n,
    headBaseFeeWei: head.baseFeePerGasWei,
    otherHeadBaseFeesWei: usable.filter((other) => other !== head).map(({ baseFeePerGasWei }) => baseFeePerGasWei),
    paidPriorityFeesWei: (history.reward ?? []).flat(),
    estimatedPriorityFeeWei: estimate,
  });
}
