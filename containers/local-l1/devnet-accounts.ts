import { type HDAccount, mnemonicToAccount } from 'viem/accounts';

/** The phrase that every anvil starts with. It is public, so anyone can spend from its accounts: never use it outside a devnet. */
const ANVIL_MNEMONIC = 'test test test test test test test test test test test junk';

/** Which of anvil's accounts is for what. No two programs send from the same account: each nonce has one owner. */
export const ACCOUNT_INDEX = {
  /** Deploys the contracts, then proposes checkpoints. */
  sequencer: 0,
  /** Reserved for the prover node, to submit proofs. */
  proverPublisher: 1,
  /** Sends messages from L1 to L2. */
  messageSender: 2,
  /** Sends the first blob, so that the sequencer does not. */
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
