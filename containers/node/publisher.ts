import type { AztecNodeConfig } from '@aztec/aztec-node';
import type { EthSigner } from '@aztec/ethereum/eth-signer';
import type { EthAddress } from '@aztec/foundation/eth-address';
import { KeystoreManager, loadKeystores, mergeKeystores } from '@aztec/node-keystore';
import { createKeyStoreForProver } from '@aztec/prover-node/config';
import { type Hex, serializeTransaction, type TransactionSerializableEIP1559 } from 'viem';

import { InvalidSettingsError } from '../../shared/config/errors.ts';
import { PUBLISHER_SETTINGS } from '../../shared/config/groups/publisher-settings.ts';
import { nameOf } from '../../shared/config/setting.ts';
import type { PublisherAccount } from '../../shared/l1/publisher/publisher-account.ts';
import { errorText } from '../../shared/telemetry/error-text.ts';

/** The prover that earns the rewards of the proofs, and the account that submits them. */
export interface Publisher {
  readonly proverId: EthAddress;
  /** Absent when nothing is to be submitted. */
  readonly account: PublisherAccount | undefined;
  /** Further accounts that are configured. Roots are sent one after the other, from the first account alone. */
  readonly unusedAddresses: readonly string[];
}

/**
 * Reads the prover's keys as Aztec's own node does: key files, keys in the environment, or the addresses of a remote
 * signer. The prover id comes from the key file, else from `PROVER_ID`, else it is the first account.
 * @throws {InvalidSettingsError} when the key store is missing or malformed
 * @throws when there is neither an account nor a prover id
 */
export async function loadPublisher(config: AztecNodeConfig): Promise<Publisher> {
  const keystore = config.keyStoreDirectory ? readKeyStore(config.keyStoreDirectory) : createKeyStoreForProver(config);
  const manager = keystore === undefined ? undefined : new KeystoreManager(keystore);
  await manager?.validateSigners();
  const prover = manager?.createProverSigners();
  const signer = prover?.signers[0];
  const configured = config.proverId === undefined || config.proverId.isZero() ? undefined : config.proverId;
  const proverId = prover?.id ?? configured ?? signer?.address;
  if (proverId === undefined) {
    throw new Error(
      'no prover: set PROVER_PUBLISHER_PRIVATE_KEYS or KEY_STORE_DIRECTORY, or PROVER_ID to prove without submitting',
    );
  }
  const unusedAddresses = (prover?.signers ?? []).slice(1).map(({ address }) => address.toString());
  return { proverId, account: signer === undefined ? undefined : accountOf(signer), unusedAddresses };
}

function readKeyStore(directory: string): ReturnType<typeof mergeKeystores> {
  try {
    return mergeKeystores(loadKeystores(directory));
  } catch (error) {
    throw new InvalidSettingsError([
      `${nameOf(PUBLISHER_SETTINGS.settings.keyStoreDirectory)}: ${errorText(error)}; ` +
        "it must be a folder of JSON files in Aztec's key store format",
    ]);
  }
}

function accountOf(signer: EthSigner): PublisherAccount {
  return {
    address: signer.address.toString(),
    async signTransaction(transaction: TransactionSerializableEIP1559): Promise<Hex> {
      const signature = await signer.signTransaction(transaction);
      return serializeTransaction(transaction, signature.toViemTransactionSignature());
    },
  };
}
