import { BlockNotFoundError, type Hex, TransactionReceiptNotFoundError } from 'viem';

import type { L1Reader } from '../l1-client.ts';
import type { SubmissionReceipt } from './root-view.ts';

/**
 * The receipt of a transaction; `undefined` when the node has none, or none to rely on: one without an outcome, of another
 * transaction, or of a block that is not on the node's chain.
 */
export async function findReceipt(l1: L1Reader, hash: Hex): Promise<SubmissionReceipt | undefined> {
  try {
    // A node that answers with an empty receipt leaves all of it out, whatever the types say.
    const receipt: Partial<Awaited<ReturnType<typeof l1.getTransactionReceipt>>> = await l1.getTransactionReceipt({
      hash,
    });
    const { status, blockNumber, blockHash, gasUsed } = receipt;
    if (receipt.transactionHash?.toLowerCase() !== hash.toLowerCase()) return undefined;
    if (typeof blockNumber !== 'bigint' || typeof gasUsed !== 'bigint') return undefined;
    if (status !== 'success' && status !== 'reverted') return undefined;
    if ((await l1.getBlock({ blockNumber })).hash !== blockHash) return undefined;
    return { transactionHash: hash, isSuccess: status === 'success', blockNumber: Number(blockNumber), gasUsed };
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError || error instanceof BlockNotFoundError) return undefined;
    throw error;
  }
}
