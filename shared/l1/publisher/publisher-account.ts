import type { Hex, TransactionSerializableEIP1559 } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';

import type { Secret } from '../../config/secret.ts';
import { InvalidPublisherKeyError } from '../errors.ts';

/** Signs and pays for the transactions that submit proofs. Implementations never expose the key. */
export interface PublisherAccount {
  readonly address: Hex;
  /** Returns the signed transaction, ready to be sent raw. */
  signTransaction(transaction: TransactionSerializableEIP1559): Promise<Hex>;
}

/**
 * Signs with a private key in memory. Neither the account nor any error of this function shows the key, however it is printed.
 * @throws {InvalidPublisherKeyError}
 */
export function privateKeyPublisherAccount(key: Secret<Hex>): PublisherAccount {
  const account = toAccount(key);
  return {
    address: account.address,
    signTransaction: async (transaction) => await account.signTransaction(transaction),
  };
}

function toAccount(key: Secret<Hex>): ReturnType<typeof privateKeyToAccount> {
  try {
    return privateKeyToAccount(key.reveal());
  } catch {
    // Without its cause: the library's message quotes the key.
    throw new InvalidPublisherKeyError();
  }
}
