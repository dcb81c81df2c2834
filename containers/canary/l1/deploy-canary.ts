import { readFileSync } from 'node:fs';

import { createWalletClient, custom, encodeDeployData, formatEther, type Hex, type LocalAccount } from 'viem';

import { CANARY_ROLLUP_ABI } from '../../../shared/canary/canary-rollup.ts';
import type { Field } from '../../../shared/canary/field.ts';
import type { CanaryKeys } from '../../../shared/canary/verification-key.ts';
import type { L1Client } from '../../../shared/l1/l1-client.ts';
import { describeError } from '../../../shared/l1/revert-reason.ts';
import { compileContracts, linkContract } from '../../local-l1/compile-contracts.ts';
import { deployVerifier } from '../../local-l1/deploy-verifier.ts';
import { refuseDevelopmentCrs } from '../../../shared/l1/development-chains.ts';

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

  const verifier = await deployVerifier(keys.root, deploy);
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

/** The source of the contract that takes roots. */
function canaryRollupSource(): string {
  return readFileSync(new URL('./CanaryRollup.sol', import.meta.url), 'utf8');
}
