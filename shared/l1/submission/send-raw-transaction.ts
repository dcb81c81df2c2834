import { BaseError, type Hex, RpcRequestError } from 'viem';

import type { Refusal } from './submission-step.ts';
import { cutText } from '../cut-text.ts';
import type { L1Client } from '../l1-client.ts';
import { maskRpcUrls } from '../mask-rpc-url.ts';

/** The wording of geth, Nethermind, Erigon, Reth, Besu and Anvil. */
const KNOWN_ALREADY = /already known|alreadyknown|known transaction|already imported/i;
const ABOUT_FEES =
  /underpriced|fee too low|feetoolow|max fee per gas less than block base fee|less than block base fee/i;
/** Of geth, Erigon, Reth and Besu, about the fee of the whole transaction. */
const ABOVE_NODE_CAP = /exceeds the (configured|transaction fee) cap|transaction fee cap exceeded|txfee.*exceed/i;
/** A node's words are kept in records and logs. */
const MESSAGE_LENGTH = 300;

/**
 * Sends a signed transaction to L1. A node that already has it counts as success.
 * @returns why the node refuses it, or `undefined` when it accepted it
 * @throws what the client throws when no node answered: it is then unknown whether one has it
 */
export async function sendRawTransaction(l1: L1Client, signedTransaction: Hex): Promise<Refusal | undefined> {
  try {
    await l1.sendRawTransaction({ serializedTransaction: signedTransaction });
    return undefined;
  } catch (error) {
    const answer = error instanceof BaseError ? error.walk((link) => link instanceof RpcRequestError) : undefined;
    if (!(answer instanceof RpcRequestError)) throw error;
    if (KNOWN_ALREADY.test(answer.details)) return undefined;
    const isTooMuch = ABOVE_NODE_CAP.test(answer.details);
    return {
      isAboutFees: isTooMuch || ABOUT_FEES.test(answer.details),
      ...(isTooMuch && { isTooMuch }),
      message: cutText(maskRpcUrls(answer.details), MESSAGE_LENGTH),
    };
  }
}
