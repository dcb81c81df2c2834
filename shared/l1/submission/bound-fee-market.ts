import { parseGwei } from 'viem';

import { type FeeMarket, MAX_PRIORITY_FEE_WEI } from './fee-market.ts';

/** What the node that is read from says of gas, with the base fees that all nodes have in their newest blocks. */
export interface FeeReading {
  readonly nextBaseFeeWei: bigint;
  readonly earlierBaseFeeWei: bigint;
  readonly headBaseFeeWei: bigint;
  readonly otherHeadBaseFeesWei: readonly bigint[];
  /** A high percentile of the priority fees of each of the last blocks. */
  readonly paidPriorityFeesWei: readonly bigint[];
  readonly estimatedPriorityFeeWei: bigint;
}

/** A node's estimate may be this many times what the last blocks were paid: a common client clamps it at 500 gwei. */
const MAX_TIMES_PAID = 3n;
/** Always allowed: blocks that are nearly empty are paid nearly nothing. */
const MODEST_PRIORITY_FEE_WEI = parseGwei('2');

/**
 * The fee market within bounds, so that no number of one node is paid unchecked. The priority fee keeps to a multiple of what
 * the last blocks were paid, and to an absolute maximum. The base fee falls by an eighth a block at most, and is not far above
 * that of the other nodes: too high a reading would hold the root back, too low a one is corrected by replacements.
 */
export function boundFeeMarket(reading: FeeReading): FeeMarket {
  const typical = median(reading.paidPriorityFeesWei.filter((paid) => paid > 0n));
  const believable = larger(typical * MAX_TIMES_PAID, MODEST_PRIORITY_FEE_WEI);
  const priority = larger(typical, smaller(reading.estimatedPriorityFeeWei, believable));
  const others = reading.otherHeadBaseFeesWei.filter((fee) => fee > 0n);
  const base = larger(reading.nextBaseFeeWei, (reading.headBaseFeeWei * 7n) / 8n);
  return {
    baseFeePerGasWei: others.length === 0 ? base : smaller(base, others.reduce(larger) * 2n),
    priorityFeePerGasWei: smaller(priority, MAX_PRIORITY_FEE_WEI),
    earlierBaseFeePerGasWei: reading.earlierBaseFeeWei,
  };
}

/** The upper one of an even number; 0 of none. */
function median(values: readonly bigint[]): bigint {
  return values.toSorted((a, b) => (a < b ? -1 : 1))[Math.floor(values.length / 2)] ?? 0n;
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
