import { formatEther, type Hex } from 'viem';

import type { L1Reader } from '../l1-client.ts';

/** What an Aztec root takes, with the default margin. */
const SUBMISSION_GAS = 4_400_000n;

/** What an account has, and what a submission costs at the present gas price. */
export interface PublisherFunds {
  readonly balanceWei: bigint;
  readonly neededWei: bigint;
}

/** Passes on what the client throws. */
export async function readFunds(
  client: Pick<L1Reader, 'getBalance' | 'getGasPrice'>,
  address: Hex,
): Promise<PublisherFunds> {
  const [balanceWei, gasPriceWei] = await Promise.all([client.getBalance({ address }), client.getGasPrice()]);
  return { balanceWei, neededWei: SUBMISSION_GAS * gasPriceWei };
}

/** Says that the account cannot pay; `undefined` when it can. */
export function describeShortage(address: Hex, { balanceWei, neededWei }: PublisherFunds): string | undefined {
  if (balanceWei >= neededWei) return undefined;
  return (
    `the publisher ${address} cannot pay for a submission: it has ${formatEther(balanceWei)} ETH, and one takes ` +
    `${formatEther(neededWei)} ETH at the present gas price: send ETH to it; until then, roots wait in the outbox`
  );
}
