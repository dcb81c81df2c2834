import { parseGwei } from 'viem';

/** The price of a unit of gas on L1 right now. */
export interface FeeMarket {
  /** Base fee of the next block. */
  readonly baseFeePerGasWei: bigint;
  /** The priority fee that gets a transaction mined soon. */
  readonly priorityFeePerGasWei: bigint;
  /** Base fee a minute ago, which shows whether gas is rising or falling. */
  readonly earlierBaseFeePerGasWei?: bigint;
}

/** The most, whatever the node says that blocks were paid: the priority fee is paid in full. */
export const MAX_PRIORITY_FEE_WEI = parseGwei('100');
