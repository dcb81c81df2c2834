import { createWalletClient, custom, encodeDeployData, formatEther, type Hex, type LocalAccount } from 'viem';

import { CANARY_ROLLUP_ABI } from '../../../shared/canary/canary-rollup.ts';
import type { CrsKind } from '../../../shared/crs/crs-kind.ts';
import type { Field } from '../../../shared/canary/field.ts';
import type { CanaryKeys } from '../../../shared/canary/verification-key.ts';
import type { L1Client } from '../../../shared/l1/l1-client.ts';
import { describeError } from '../../../shared/l1/revert-reason.ts';
import { canaryRollupSource, compileContracts, linkContract } from './compile-contracts.ts';
import { verifierSource } from './verifier-source.ts';

/** Development chains, where nothing has value: anvil's and hardhat's. */
const DEVELOPMENT_CHAIN_IDS = [31337, 1337];

export interface CanaryDeployment {
  readonly rollup: Hex;
  readonly verifier: Hex;
  readonly genesisState: Field;
}

/**
 * Deploys the verifier of the keys' root and a `CanaryRollup` in front of it.
 * @throws {DevelopmentCrsOnPublicChainError} for keys under the development CRS, on a chain that is not a development chain
 * @throws {CanaryNotDeployedError}
 */
export async function deployCanary({
  l1,
  account,
  keys,
  genesisState,
}: {
  readonly l1: L1Client;
  readonly account: LocalAccount;
  readonly keys: CanaryKeys;
  readonly genesisState: Field;
}): Promise<CanaryDeployment> {
  const wallet = createWalletClient({ account, transport: custom(l1) });
  refuseDevelopmentCrs(keys.root.crs, await l1.getChainId());

  const deploy = async (data: Hex): Promise<Hex> => {
    const hash = await wallet.sendTransaction({ data, chain: null }).catch(async (error: unknown) => {
      throw new CanaryNotDeployedError(account.address, await l1.getBalance(account), describeError(error));
    });
    const { status, contractAddress } = await l1.waitForTransactionReceipt({ hash, pollingInterval: 100 });
    if (status !== 'success' || !contractAddress) throw new Error(`the deployment in ${hash} was reverted`);
    return contractAddress;
  };

  const { source, contractName } = verifierSource(keys.root);
  const contracts = compileContracts(source);
  const verifierContract = contracts.get(contractName);
  if (verifierContract === undefined) throw new Error(`bb's verifier has no contract ${contractName}`);
  const libraries = new Map<string, Hex>();
  for (const name of verifierContract.libraries.keys()) {
    const library = contracts.get(name);
    if (library === undefined) throw new Error(`bb's verifier has no library ${name}`);
    libraries.set(name, await deploy(linkContract(library, libraries)));
  }
  const verifier = await deploy(linkContract(verifierContract, libraries));
  const rollupContract = compileContracts(canaryRollupSource()).get('CanaryRollup');
  if (rollupContract === undefined) throw new Error('CanaryRollup.sol has no contract CanaryRollup');
  const rollup = await deploy(
    encodeDeployData({
      abi: CANARY_ROLLUP_ABI,
      bytecode: linkContract(rollupContract, new Map()),
      args: [verifier, genesisState, keys.leaf.hash, keys.merge.hash],
    }),
  );
  return { rollup, verifier, genesisState };
}

/** @throws {DevelopmentCrsOnPublicChainError} for the development CRS on a chain that is not a development chain */
export function refuseDevelopmentCrs(crs: CrsKind, chainId: number): void {
  if (crs === 'development' && !DEVELOPMENT_CHAIN_IDS.includes(chainId)) {
    throw new DevelopmentCrsOnPublicChainError(chainId);
  }
}

/** L1 takes no deployment from the account, most often because it cannot pay. */
export class CanaryNotDeployedError extends Error {
  override readonly name = 'CanaryNotDeployedError';
  readonly address: Hex;
  readonly balanceWei: bigint;

  /** @param why in one line: the client's own message has the whole bytecode in it */
  constructor(address: Hex, balanceWei: bigint, why: string) {
    super(
      `the canary's contracts could not be deployed: ${why}; their account ${address} has ${formatEther(balanceWei)} ETH: ` +
        'send ETH to it if that is too little, then run the same command again',
    );
    this.address = address;
    this.balanceWei = balanceWei;
  }
}

/** Anybody can forge proofs under the development CRS: a contract that accepts them must not be on a shared chain. */
export class DevelopmentCrsOnPublicChainError extends Error {
  override readonly name = 'DevelopmentCrsOnPublicChainError';
  readonly chainId: number;

  constructor(chainId: number) {
    super(
      `the keys are under the development CRS, whose proofs anybody can forge, and chain ${chainId} is not a development chain ` +
        `(${DEVELOPMENT_CHAIN_IDS.join(', ')}): fetch Aztec's with coppice crs, and set CRS_PATH to it`,
    );
    this.chainId = chainId;
  }
}
