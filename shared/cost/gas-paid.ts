import type { RootRecord } from '../ledger/outbox.ts';
import type { GasPaid } from './epoch-cost.ts';

/** The most that a root's mined submission cost, in wei: all of its gas at the highest price that it offered. */
export function gasPaidWei(root: RootRecord | undefined): bigint | undefined {
  const mined = root?.submissions.find(({ outcome }) => outcome === 'mined');
  return mined && BigInt(mined.gasLimit) * BigInt(mined.maxFeePerGasWei);
}

/** The same for an epoch's cost. @param dollarsPerEther if known */
export function gasPaid(root: RootRecord | undefined, dollarsPerEther: number | undefined): GasPaid | undefined {
  const wei = gasPaidWei(root);
  return wei === undefined ? undefined : { wei, dollarsPerEther };
}
