import { createPublicClient, createWalletClient, type Hex, http } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { foundry } from 'viem/chains';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  type CanaryDeployment,
  CanaryNotDeployedError,
  deployCanary,
} from '../../../containers/canary/l1/deploy-canary.ts';
import { verifierSource } from '../../../containers/local-l1/verifier-source.ts';
import { ACCOUNT_INDEX, anvilPrivateKey } from '../../../containers/local-l1/devnet-accounts.ts';
import { type CanaryProof, encodeCanaryProof, parseCanaryProof } from '../../../shared/canary/canary-proof.ts';
import { CANARY_ROLLUP_ABI, encodeRootSubmission } from '../../../shared/canary/canary-rollup.ts';
import { fieldOf } from '../../../shared/canary/field.ts';
import { createL1Client, type L1Client } from '../../../shared/l1/l1-client.ts';
import { recordedKeys, recordedProofs } from '../../fixtures/canary/recorded-proofs.ts';
import { type Anvil, startAnvil } from '../../shared/l1/start-anvil.ts';

const keys = recordedKeys();
const rootBytes = recordedProofs().root;
const root = parseCanaryProof('CANARY_ROOT', rootBytes);
const genesisState = root.statement.from;
const account = privateKeyToAccount(anvilPrivateKey(ACCOUNT_INDEX.sequencer));

describe('the contracts of the canary', () => {
  let anvil: Anvil;
  let l1: L1Client;
  let deployment: CanaryDeployment;
  let snapshot: unknown;

  const client = (): ReturnType<typeof createPublicClient> => createPublicClient({ transport: http(anvil.url) });
  const call = (proof: CanaryProof, rollup = deployment.rollup): Promise<unknown> =>
    client().call({ to: rollup, data: encodeRootSubmission(encodeCanaryProof(proof)), account });
  const state = (): Promise<unknown> =>
    client().readContract({ address: deployment.rollup, abi: CANARY_ROLLUP_ABI, functionName: 'state' });
  const acceptedAt = (of: Hex): Promise<unknown> =>
    client().readContract({
      address: deployment.rollup,
      abi: CANARY_ROLLUP_ABI,
      functionName: 'acceptedAt',
      args: [of],
    });
  const submit = async (): Promise<void> => {
    const wallet = createWalletClient({ account, chain: foundry, transport: http(anvil.url) });
    const hash = await wallet.sendTransaction({ to: deployment.rollup, data: encodeRootSubmission(rootBytes) });
    const { status } = await client().waitForTransactionReceipt({ hash, pollingInterval: 50 });
    expect(status).toBe('success');
  };

  beforeAll(async () => {
    anvil = await startAnvil();
    // A block a second: viem's wait for a receipt can miss the one block that a transaction brings.
    await anvil.rpc('evm_setIntervalMining', 1);
    // Operators may have a user and a password in it.
    const rpcUrl = anvil.url.replace('http://', 'http://operator:passphrase@');
    l1 = createL1Client({ rpcUrls: [rpcUrl], chainId: foundry.id });
    deployment = await deployCanary({ l1, account, keys, genesisState });
  });

  afterAll(async () => {
    await anvil.stop();
  });

  beforeEach(async () => {
    snapshot = await anvil.rpc('evm_snapshot');
  });

  afterEach(async () => {
    await anvil.rpc('evm_revert', snapshot);
  });

  it('accept a root that continues from the recorded state, once', async () => {
    expect(await state()).toBe(genesisState);
    await submit();
    expect(await state()).toBe(root.statement.to);
    expect(await acceptedAt(root.statement.to)).toBeGreaterThan(0n);
    expect(await acceptedAt(fieldOf(77))).toBe(0n);
    await expect(call(root)).rejects.toThrow();
  });

  it.for<[what: string, change: (proof: CanaryProof) => CanaryProof]>([
    ['that starts elsewhere', (proof) => withStatement(proof, { from: fieldOf(2) })],
    ['that leads elsewhere', (proof) => withStatement(proof, { to: fieldOf(2) })],
    ['of another tree', (proof) => withStatement(proof, { tree: fieldOf(2) })],
    ['that claims more leaves', (proof) => withStatement(proof, { leaves: 5 })],
    ['with a commitment altered', (proof) => withProofByte(proof, 40)],
    ['with an evaluation altered', (proof) => withProofByte(proof, 32 * 150 + 31)],
    ['with its last element altered', (proof) => withProofByte(proof, -1)],
  ])('refuse a root %s', async ([, change]) => {
    await expect(call(root)).resolves.toBeDefined();
    await expect(call(change(root))).rejects.toThrow();
  });

  it('refuse a root over a leaf of another circuit that claims the right key', async () => {
    // Nothing checks it before: bb proves any input, and verifies nothing under the development CRS.
    const bad = parseCanaryProof('CANARY_ROOT', recordedProofs().rootOverForeignKey);
    expect(bad).toMatchObject({ keyHash: keys.root.hash, statement: { from: genesisState, leaves: 2 } });
    await expect(call(bad)).rejects.toThrow();
  });

  it('refuse a root that was made with other keys below', async () => {
    const others = { ...keys, merge: { ...keys.merge, hash: fieldOf(3) } };
    const { rollup } = await deployCanary({ l1, account, keys: others, genesisState });
    await expect(call(root, rollup)).rejects.toThrow();
  });

  it('refuse a development proof where the verifier is the ceremony’s', async () => {
    const ceremony = { ...keys, root: { ...keys.root, crs: 'ceremony' as const } };
    const { rollup } = await deployCanary({ l1, account, keys: ceremony, genesisState });
    await expect(call(root, rollup)).rejects.toThrow();
  });

  it('are not deployed from an account without ether, which the error says, without the bytecode', async () => {
    const poor = privateKeyToAccount(`0x${'7'.repeat(64)}`);
    const deployed = deployCanary({ l1, account: poor, keys, genesisState });
    const error: unknown = await deployed.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CanaryNotDeployedError);
    expect(String(error)).toContain(`their account ${poor.address} has 0 ETH: send ETH to it`);
    expect(String(error).length).toBeLessThan(1_000);
  });

  it('are not deployed to a public chain for keys under the development CRS', async () => {
    await anvil.rpc('anvil_setChainId', 11_155_111);
    try {
      await expect(deployCanary({ l1, account, keys, genesisState })).rejects.toThrow(
        'chain 11155111 is not a development chain',
      );
    } finally {
      await anvil.rpc('anvil_setChainId', 31_337);
    }
  });

  it('have a name that says that they accept proofs under the development CRS', () => {
    expect(verifierSource(keys.root).contractName).toBe('DevelopmentCrsHonkVerifier');
    expect(verifierSource(keys.root).source).not.toContain('contract HonkVerifier ');
    expect(verifierSource({ ...keys.root, crs: 'ceremony' })).toEqual({
      contractName: 'HonkVerifier',
      source: keys.root.solidityVerifier,
    });
  });
});

function withStatement(proof: CanaryProof, change: Partial<CanaryProof['statement']>): CanaryProof {
  return { ...proof, statement: { ...proof.statement, ...change } };
}

/** The proof with one byte changed; a negative place counts from the end. */
function withProofByte(proof: CanaryProof, place: number): CanaryProof {
  const bytes = Buffer.from(proof.proof, 'base64');
  const index = place < 0 ? bytes.length + place : place;
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  return { ...proof, proof: bytes.toString('base64') };
}
