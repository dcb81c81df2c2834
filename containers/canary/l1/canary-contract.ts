import fs from 'node:fs';
import path from 'node:path';

import { type Hex, isAddressEqual, type LocalAccount } from 'viem';
import { z } from 'zod';

import { CANARY_ROLLUP_ABI } from '../../../shared/canary/canary-rollup.ts';
import { Field, fieldOf } from '../../../shared/canary/field.ts';
import type { CanaryKeys } from '../../../shared/canary/verification-key.ts';
import type { L1Client } from '../../../shared/l1/l1-client.ts';
import { deployCanary } from './deploy-canary.ts';

/** The state that a new contract begins with; any would do. */
const GENESIS_STATE = fieldOf(1);

/** The contract of an earlier run, as kept in a file: a run after one that was killed continues with it. */
const ContractFile = z.strictObject({ l1ChainId: z.number(), rollupAddress: z.templateLiteral(['0x', z.string()]) });

/** A deployed `CanaryRollup`. */
export interface CanaryContract {
  readonly rollupAddress: Hex;
  /** Its recorded state. */
  readonly state: Field;
}

/** The contract accepts the roots of other keys than the ones that the fleet proves with. */
export class CanaryContractDiffersError extends Error {
  override readonly name = 'CanaryContractDiffersError';

  constructor(rollupAddress: Hex) {
    super(
      `the contract ${rollupAddress} accepts roots of another version, work or reference string: ` +
        'to deploy a new one, omit --canary-rollup and pass a new --data-directory',
    );
  }
}

export interface OpenContractOptions {
  readonly l1: L1Client;
  readonly account: LocalAccount;
  readonly keys: CanaryKeys;
  /** The contract to continue with, if there is one. */
  readonly rollupAddress: Hex | undefined;
  readonly dataDirectory: string;
}

/**
 * Finds the contract that is named or that an earlier run in the data directory has deployed, or deploys one.
 * @throws {CanaryContractDiffersError}
 * @throws {DevelopmentCrsOnPublicChainError}
 */
export async function openContract(options: OpenContractOptions): Promise<CanaryContract> {
  const { l1, account, keys, dataDirectory } = options;
  const file = path.join(dataDirectory, 'canary-contract.json');
  const known = options.rollupAddress ?? (await knownContract(file, l1));
  if (known !== undefined) return { rollupAddress: known, state: await stateOf(known, keys, l1) };
  const { rollup, genesisState } = await deployCanary({ l1, account, keys, genesisState: GENESIS_STATE });
  fs.writeFileSync(file, `${JSON.stringify({ l1ChainId: l1.chain.id, rollupAddress: rollup })}\n`);
  return { rollupAddress: rollup, state: genesisState };
}

async function knownContract(file: string, l1: L1Client): Promise<Hex | undefined> {
  if (!fs.existsSync(file)) return undefined;
  const { l1ChainId, rollupAddress } = ContractFile.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
  // An L1 that the canary starts has the same chain id each time, and begins empty.
  const isThere = l1ChainId === l1.chain.id && (await l1.getCode({ address: rollupAddress })) !== undefined;
  return isThere ? rollupAddress : undefined;
}

async function stateOf(address: Hex, keys: CanaryKeys, l1: L1Client): Promise<Field> {
  const contract = { address, abi: CANARY_ROLLUP_ABI } as const;
  const [state, leafKeyHash, mergeKeyHash] = await Promise.all([
    l1.readContract({ ...contract, functionName: 'state' }),
    l1.readContract({ ...contract, functionName: 'leafKeyHash' }),
    l1.readContract({ ...contract, functionName: 'mergeKeyHash' }),
  ]);
  if (leafKeyHash !== keys.leaf.hash || mergeKeyHash !== keys.merge.hash) throw new CanaryContractDiffersError(address);
  return Field.parse(state);
}

/** Whether a root is for this contract: the canary's submitter takes those. */
export function isFor(rollupAddress: Hex): (root: { readonly contract: string; readonly to: Hex }) => boolean {
  return ({ contract, to }) => contract === 'canary-rollup' && isAddressEqual(to, rollupAddress);
}
