import { createWalletClient, http } from 'viem';
import { foundry } from 'viem/chains';

import { ACCOUNT_INDEX, anvilAccount } from '../../local-l1/devnet-accounts.ts';

const BYTES_PER_BLOB = 131_072;

/** What anvil may take to load its tables, on a slow machine. */
const TIMEOUT_MS = 120_000;

/**
 * Sends anvil a transaction with a blob, and resolves when anvil has accepted it.
 *
 * For its first blob anvil loads tables, which takes seconds. If that blob were the sequencer's, its transaction would
 * time out, and the first checkpoint would be lost with everything built on it.
 */
export async function warmUpBlobs(rpcUrl: string): Promise<void> {
  const account = anvilAccount(ACCOUNT_INDEX.warmUp);
  const l1 = createWalletClient({ account, chain: foundry, transport: http(rpcUrl, { timeout: TIMEOUT_MS }) });
  // Of a blob of zeros, commitment and proof are the point at infinity: there is nothing to compute.
  const pointAtInfinity = new Uint8Array(48);
  pointAtInfinity[0] = 0xc0;
  await l1.sendTransaction({
    to: account.address,
    blobs: [new Uint8Array(BYTES_PER_BLOB)],
    kzg: { blobToKzgCommitment: () => pointAtInfinity, computeBlobKzgProof: () => pointAtInfinity },
    maxFeePerBlobGas: 10n ** 10n,
  });
}
