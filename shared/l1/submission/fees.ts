import { type FeeMarket, MAX_PRIORITY_FEE_WEI } from './fee-market.ts';
import type { SubmissionPolicy } from './submission-policy.ts';

/** What a transaction offers for a unit of gas (EIP-1559). */
export interface Fees {
  readonly maxFeePerGasWei: bigint;
  readonly maxPriorityFeePerGasWei: bigint;
}

type FeePolicy = Pick<
  SubmissionPolicy,
  | 'maxFeePerGasWei'
  | 'minPriorityFeePerGasWei'
  | 'priorityFeeBumpPercentage'
  | 'replacementBumpPercentage'
  | 'stallSeconds'
  | 'l1SlotSeconds'
>;

/** Nodes accept a replacement with the same nonce only when both its fees are higher by this much. @see go-ethereum, txpool `PriceBump` */
const MIN_REPLACEMENT_BUMP_PERCENTAGE = 10;

/** The lowest price at which a transaction would be mined soon. */
export function marketPriceWei(market: FeeMarket, policy: FeePolicy): bigint {
  return market.baseFeePerGasWei + max(market.priorityFeePerGasWei, policy.minPriorityFeePerGasWei);
}

/** The fees of a first transaction, or `undefined` when the market is above the policy's cap. */
export function firstFees(market: FeeMarket, policy: FeePolicy): Fees | undefined {
  const cap = policy.maxFeePerGasWei;
  if (marketPriceWei(market, policy) > cap) return undefined;
  const wanted = raise(market.priorityFeePerGasWei, policy.priorityFeeBumpPercentage);
  const priority = max(wanted, policy.minPriorityFeePerGasWei);
  const maxFee = min(withHeadroom(market.baseFeePerGasWei, policy) + priority, cap);
  return { maxFeePerGasWei: maxFee, maxPriorityFeePerGasWei: min(priority, cap - market.baseFeePerGasWei) };
}

/**
 * The fees of a transaction that replaces another with the same nonce, or `undefined` when no fees within the policy's cap
 * would be accepted by nodes and by the next block.
 */
export function replacementFees(previous: Fees, market: FeeMarket, policy: FeePolicy): Fees | undefined {
  const bump = policy.replacementBumpPercentage;
  const cap = policy.maxFeePerGasWei;
  const leastPriority = leastReplacement(previous.maxPriorityFeePerGasWei);
  const leastMax = leastReplacement(previous.maxFeePerGasWei);
  const raisedPriority = max(raise(previous.maxPriorityFeePerGasWei, bump), raise(market.priorityFeePerGasWei, bump));
  // The priority fee is paid in full, so it does not follow every doubling of the base fee.
  const wantedPriority = max(leastPriority, min(raisedPriority, MAX_PRIORITY_FEE_WEI), policy.minPriorityFeePerGasWei);
  const wantedMax = max(
    leastMax,
    raise(previous.maxFeePerGasWei, bump),
    withHeadroom(market.baseFeePerGasWei, policy) + wantedPriority,
  );
  const fees = { maxFeePerGasWei: min(wantedMax, cap), maxPriorityFeePerGasWei: min(wantedPriority, wantedMax, cap) };
  const isAccepted = fees.maxFeePerGasWei >= leastMax && fees.maxPriorityFeePerGasWei >= leastPriority;
  return isAccepted && fees.maxFeePerGasWei >= market.baseFeePerGasWei ? fees : undefined;
}

/** Whether the base fee has risen above a transaction's offer: no block can hold it until fees fall. */
export function isBelowMarket(fees: Fees, market: FeeMarket): boolean {
  return fees.maxFeePerGasWei < market.baseFeePerGasWei;
}

/** A base fee high enough until a stalled transaction is replaced: it rises by an eighth per block at most. */
function withHeadroom(baseFeePerGasWei: bigint, policy: FeePolicy): bigint {
  let fee = baseFeePerGasWei;
  const blocks = Math.ceil(policy.stallSeconds / policy.l1SlotSeconds);
  for (let block = 0; block < blocks; block++) fee = divideUp(fee * 9n, 8n);
  return fee;
}

function leastReplacement(wei: bigint): bigint {
  return max(raise(wei, MIN_REPLACEMENT_BUMP_PERCENTAGE), wei + 1n);
}

/** Adds a percentage, to hundredths of a percent, rounded up. */
function raise(wei: bigint, percentage: number): bigint {
  return divideUp(wei * (10_000n + BigInt(Math.round(percentage * 100))), 10_000n);
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}

function max(...values: [bigint, ...bigint[]]): bigint {
  return values.reduce((most, value) => (value > most ? value : most));
}

function min(...values: [bigint, ...bigint[]]): bigint {
  return values.reduce((least, value) => (value < least ? value : least));
}
