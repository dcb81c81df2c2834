import { type InitialAccountData, getInitialTestAccountsData } from '@aztec/accounts/testing';
import { NO_WAIT } from '@aztec/aztec.js/contracts';
import type { AccountManager, Wallet } from '@aztec/aztec.js/wallet';
import { Fr } from '@aztec/foundation/curves/bn254';
import { TokenContract } from '@aztec/noir-contracts.js/Token';
import { AztecAddress } from '@aztec/stdlib/aztec-address';
import type { AztecNode } from '@aztec/stdlib/interfaces/client';
import type { Tx } from '@aztec/stdlib/tx';
import { EmbeddedWallet } from '@aztec/wallets/embedded';

import type { TransactionKind } from './traffic-plan.ts';

const MINTED_TOKENS = 1000n;
const TRANSFERRED_TOKENS = 10n;

/** Makes the transactions of the traffic with Aztec's own wallet, without sending them. */
export class TrafficWallet {
  readonly #wallet: EmbeddedWallet;
  readonly #heldBack: Tx[];
  readonly #funded: AccountManager;
  readonly #friend: AccountManager;
  #deployedAccounts = 0;
  #token: TokenContract | undefined;

  private constructor(wallet: EmbeddedWallet, heldBack: Tx[], funded: AccountManager, friend: AccountManager) {
    this.#wallet = wallet;
    this.#heldBack = heldBack;
    this.#funded = funded;
    this.#friend = friend;
  }

  /** Opens a wallet that lives in memory and simulates its proofs. The node's first test accounts must be funded. */
  static async open(node: AztecNode): Promise<TrafficWallet> {
    const heldBack: Tx[] = [];
    const wallet = await EmbeddedWallet.create(holdBack(node, heldBack), {
      ephemeral: true,
      // A slow L1 transaction can orphan a block that is only proposed, with everything built on it.
      pxeConfig: { proverEnabled: false, syncChainTip: 'checkpointed' },
    });
    const [funded, friend] = await getInitialTestAccountsData();
    return new TrafficWallet(wallet, heldBack, await register(wallet, funded), await register(wallet, friend));
  }

  /** The account that sends, `0x…`. */
  get address(): `0x${string}` {
    return this.#funded.address.toString();
  }

  /** Makes a transaction on the state of the last checkpoint on L1. */
  async make(kind: TransactionKind): Promise<Tx> {
    const send = { from: this.#funded.address, wait: NO_WAIT };
    const friend = this.#friend.address;
    switch (kind) {
      case 'deploy-account':
        await this.#deployAccount();
        break;
      case 'deploy-token': {
        const deployment = TokenContract.deploy(this.#wallet as Wallet, this.#funded.address, 'Coppice', 'COP', 18);
        await deployment.send(send);
        this.#token = await deployment.register();
        break;
      }
      case 'mint-in-private':
        await this.#tokenMethods().mint_to_private(this.#funded.address, MINTED_TOKENS).send(send);
        break;
      case 'mint-in-public':
        await this.#tokenMethods().mint_to_public(this.#funded.address, MINTED_TOKENS).send(send);
        break;
      case 'transfer-in-private':
        await this.#tokenMethods().transfer(friend, TRANSFERRED_TOKENS).send(send);
        break;
      case 'transfer-in-public':
        await this.#tokenMethods().transfer_in_public(this.#funded.address, friend, TRANSFERRED_TOKENS, 0).send(send);
        break;
    }
    const made = this.#heldBack.pop();
    if (made === undefined) throw new Error(`the wallet made no transaction for ${kind}`);
    return made;
  }

  async #deployAccount(): Promise<void> {
    const isFirst = !(await this.#wallet.getContractMetadata(this.#funded.address)).isContractInitialized;
    const account = isFirst
      ? this.#funded
      : await this.#wallet.createSchnorrAccount(this.#funded.getSecretKey(), new Fr(++this.#deployedAccounts));
    const deployment = await account.getDeployMethod();
    // No sender: the new account pays for itself.
    await deployment.send({ from: isFirst ? AztecAddress.ZERO : this.#funded.address, wait: NO_WAIT });
  }

  #tokenMethods(): TokenContract['methods'] {
    if (this.#token === undefined) throw new Error('the plan uses the token before it deploys it');
    return this.#token.methods;
  }
}

async function register(wallet: EmbeddedWallet, account: InitialAccountData | undefined): Promise<AccountManager> {
  if (account === undefined) throw new Error('Aztec has fewer test accounts than the traffic needs');
  return wallet.createSchnorrAccount(account.secret, account.salt, account.signingKey);
}

/** The same node, but transactions sent to it are collected, to be sent together later. */
function holdBack(node: AztecNode, heldBack: Tx[]): AztecNode {
  const sendTx = (tx: Tx): Promise<void> => {
    heldBack.push(tx);
    return Promise.resolve();
  };
  return new Proxy(node, {
    get: (target, property): unknown => (property === 'sendTx' ? sendTx : Reflect.get(target, property)),
  });
}
