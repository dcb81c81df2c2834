import { type HDAccount, mnemonicToAccount } from 'viem/accounts';

/** The phrase that every anvil starts with. All the world can spend from its accounts: never outside a devnet. */
const ANVIL_MNEMONIC = 'test test test test test test test test test test test junk';

/** Which of anvil's accounts does what. One nonce has one owner: no two programs send from the same account. */
export const ACCOUNT_INDEX = {
  /** Deploys the contracts, then proposes checkpoints. */
  sequencer: 0,
  /** Left to the prover node, to submit proofs. */
  proverPublisher: 1,
  /** Sends messages from L1 to L2. */
  messageSender: 2,
  /** Sends the first blob, so that the sequencer's is not. */
  warmUp: 3,
} as const;

export function anvilAccount(addressIndex: number): HDAccount {
  return mnemonicToAccount(ANVIL_MNEMONIC, { addressIndex });
}

/** The private key of one of anvil's accounts, `0x…`. */
export function anvilPrivateKey(addressIndex: number): `0x${string}` {
  const { privateKey } = anvilAccount(addressIndex).getHdKey();
  if (privateKey === null) throw new Error('a mnemonic always gives private keys');
  return `0x${Buffer.from(privateKey).toString('hex')}`;
}
