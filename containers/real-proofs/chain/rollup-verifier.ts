import { getPublicClient } from '@aztec/ethereum/client';
import { RollupContract } from '@aztec/ethereum/contracts';
import {
  createTestClient,
  createWalletClient,
  getAddress,
  type Hex,
  http,
  keccak256,
  pad,
  slice,
  stringToHex,
  toHex,
} from 'viem';
import { foundry } from 'viem/chains';

import { deployVerifier } from '../../local-l1/deploy-verifier.ts';
import { ACCOUNT_INDEX, anvilAccount } from '../../local-l1/devnet-accounts.ts';
import { rootVerifierOf } from './root-verifier.ts';

/** Where the rollup keeps its state, see `STFLib.sol` of Aztec 4.1.2. */
const STORE_SLOT = BigInt(keccak256(stringToHex('aztec.stf.storage')));
/** Of `RollupStore`, in `IRollup.sol`: its configuration begins with the root of the tree of keys. */
const KEY_TREE_SLOT = STORE_SLOT + 3n;
const VERIFIER_SLOT = STORE_SLOT + 7n;

/** The contract that the rollup asks whether a root's proof is valid. */
export async function findVerifier(rpcUrl: string, rollup: Hex): Promise<{ readonly verifier: Hex }> {
  const l1 = connect(rpcUrl);
  const [keyTree, keyTreeWord, word = '0x'] = await Promise.all([
    new RollupContract(l1, rollup).getVkTreeRoot(),
    l1.getStorageAt({ address: rollup, slot: toHex(KEY_TREE_SLOT) }),
    l1.getStorageAt({ address: rollup, slot: toHex(VERIFIER_SLOT) }),
  ]);
  if (keyTreeWord !== keyTree.toString())
    throw new Error("the rollup's storage is not laid out as that of Aztec 4.1.2");
  const verifier = getAddress(slice(word, 12));
  if ((await l1.getCode({ address: verifier })) === undefined)
    throw new Error(`the rollup's verifier ${verifier} has no code`);
  return { verifier };
}

/**
 * Has the rollup ask another verifier. Aztec's deployment knows two, of which one takes any proof and the other only those under
 * Aztec's keys, and the rollup has no function for it: only a local chain allows this.
 */
export async function replaceVerifier(rpcUrl: string, rollup: Hex, verifier: Hex): Promise<void> {
  const l1 = createTestClient({ chain: foundry, mode: 'anvil', transport: http(rpcUrl) });
  await findVerifier(rpcUrl, rollup);
  await l1.setStorageAt({ address: rollup, index: toHex(VERIFIER_SLOT), value: pad(verifier, { size: 32 }) });
  const found = await findVerifier(rpcUrl, rollup);
  if (found.verifier !== getAddress(verifier)) throw new Error(`the rollup still asks the verifier ${found.verifier}`);
}

/** Deploys the contract that verifies roots under the development key in `folder`. @returns its address */
export async function deployDevelopmentVerifier(rpcUrl: string, folder: string): Promise<Hex> {
  const l1 = connect(rpcUrl);
  const account = anvilAccount(ACCOUNT_INDEX.sequencer);
  const wallet = createWalletClient({ account, chain: foundry, transport: http(rpcUrl) });
  return await deployVerifier(await rootVerifierOf(folder), async (data) => {
    const hash = await wallet.sendTransaction({ data });
    const { status, contractAddress } = await l1.waitForTransactionReceipt({ hash, pollingInterval: 100 });
    if (status !== 'success' || !contractAddress) throw new Error(`the deployment in ${hash} was reverted`);
    return contractAddress;
  });
}

function connect(rpcUrl: string) {
  return getPublicClient({ l1RpcUrls: [rpcUrl], l1ChainId: foundry.id });
}
