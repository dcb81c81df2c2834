import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';
import { encodeFunctionData, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { isFor } from '../../../../containers/canary/l1/canary-contract.ts';
import { deployCanary } from '../../../../containers/canary/l1/deploy-canary.ts';
import { ACCOUNT_INDEX, anvilPrivateKey } from '../../../../containers/local-l1/devnet-accounts.ts';
import { parseCanaryProof } from '../../../../shared/canary/canary-proof.ts';
import { CANARY_ROLLUP_ABI, encodeRootSubmission } from '../../../../shared/canary/canary-rollup.ts';
import { type Field, fieldOf } from '../../../../shared/canary/field.ts';
import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import type { Engine } from '../../../../shared/engine/engine.ts';
import { judgeRoot } from '../../../../shared/l1/verdict/judge-root.ts';
import { createL1Client, type L1Client } from '../../../../shared/l1/l1-client.ts';
import { RootSubmitter, type RootSubmitterDeps } from '../../../../shared/l1/submission/root-submitter.ts';
import type { Verdict } from '../../../../shared/l1/verdict/root-verdict.ts';
import { DEFAULT_SUBMISSION_POLICY } from '../../../../shared/l1/submission/submission-policy.ts';
import { RangeId } from '../../../../shared/ledger/job-ledger.ts';
import type { RootRecord } from '../../../../shared/ledger/outbox.ts';
import { recordedKeys, recordedProofs } from '../../../fixtures/canary/recorded-proofs.ts';
import { type Anvil, ANVIL_CHAIN_ID, startAnvil } from '../start-anvil.ts';
import { namesOfEpoch } from '../../../fixtures/epoch-id.ts';
import { TRIALS } from '../../../../shared/proving-job/epoch-id.ts';

const ROOT = recordedProofs().root;
const { statement } = parseCanaryProof('CANARY_ROOT', ROOT);
const EPOCH = namesOfEpoch(1_700_000_005, TRIALS);
const account = privateKeyToAccount(anvilPrivateKey(ACCOUNT_INDEX.proverPublisher));

describe("a root for the canary's contract", () => {
  let anvil: Anvil;
  let l1: L1Client;
  let rollup: Hex;
  let dataDirectory: string;
  let engine: Engine;

  beforeAll(async () => {
    anvil = await startAnvil();
    // A block a second: viem's wait for a receipt can miss the one block that a transaction brings.
    await anvil.rpc('evm_setIntervalMining', 1);
    l1 = createL1Client({ rpcUrls: [anvil.url], chainId: ANVIL_CHAIN_ID });
    const deployment = await deployCanary({
      l1,
      account,
      keys: recordedKeys(),
      genesisState: statement.from,
    });
    rollup = deployment.rollup;
    dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-canary-root-'));
    engine = openEmbeddedEngine({ dataDirectory, leaseSeconds: 30 });
  });

  afterAll(async () => {
    await engine.close();
    await rm(dataDirectory, { recursive: true });
    await anvil.stop();
  });

  it('waits for the previous root, and expires once its window has closed', async () => {
    const later = aRoot({ data: callOf(fieldOf(77), fieldOf(78)) });
    expect(await judge(later)).toEqual({
      standing: 'alive',
      waitsFor: `L1 is at state ${statement.from}, and this root starts from ${fieldOf(77)}`,
    });
    expect(await judge({ ...later, deadlineAtMs: 1 })).toMatchObject({ standing: 'dead', epochState: 'expired' });
  });

  it('is rejected when it does not call the contract', async () => {
    await expect(judge(aRoot({ data: '0x12345678' }))).rejects.toThrow("it does not call the canary's contract");
  });

  it("is ignored by a fleet's submitter and brought to L1 by the canary's, where the contract verifies it", async () => {
    const { contract, to, data, deadlineAtMs, epochId: id, rangeId } = aRoot({});
    const shape = {
      leaves: statement.leaves,
      leaf: 'CANARY_LEAF',
      merge: 'CANARY_MERGE',
      root: 'CANARY_ROOT',
    } as const;
    await engine.epochs.open({ id, rangeId, networkVersion: 'canary', shape, deadlineAtMs });
    await engine.epochs.advance(id, rangeId, 'submitting');
    await engine.outbox.store({ epochId: id, rangeId, contract, to, data, deadlineAtMs });

    await submitter({}).tick();
    expect(await engine.outbox.find(id)).toMatchObject({ state: 'waiting', submissions: [] });

    const ours = submitter({ takes: isFor(rollup) });
    // Anvil mines each transaction by itself, a moment after it was sent.
    const stateAfterTick = async (): Promise<string | undefined> => {
      await ours.tick();
      return (await engine.outbox.find(id))?.state;
    };
    await expect.poll(stateAfterTick).toBe('mined');
    expect(await engine.epochs.find(id)).toMatchObject({ state: 'proven' });
    expect(await l1.readContract({ address: rollup, abi: CANARY_ROLLUP_ABI, functionName: 'state' })).toBe(
      statement.to,
    );
  });

  it('is dead where L1 has already reached its state, and gone where another root has taken L1 further', async () => {
    expect(await judge(aRoot({}))).toMatchObject({ standing: 'dead', epochState: 'proven' });
    expect(await judge(aRoot({ data: callOf(statement.from, fieldOf(99)) }))).toEqual({
      standing: 'gone',
      reason: `another root has taken L1 from state ${statement.from} to ${statement.to}`,
    });
  });

  function aRoot(change: Partial<RootRecord>): RootRecord {
    return {
      epochId: EPOCH.id,
      epoch: EPOCH.epoch,
      rangeId: RangeId.parse('canary-1'),
      contract: 'canary-rollup',
      to: rollup,
      data: encodeRootSubmission(ROOT),
      deadlineAtMs: Date.now() + 3_600_000,
      storedAtMs: 1,
      state: 'waiting',
      submissions: [],
      version: 1,
      ...change,
    };
  }

  async function judge(root: RootRecord): Promise<Verdict> {
    return await judgeRoot(root, l1, Date.now());
  }

  function submitter(change: Partial<RootSubmitterDeps>): RootSubmitter {
    return new RootSubmitter({
      outbox: engine.outbox,
      epochs: engine.epochs,
      incidents: engine.incidents,
      decisions: engine.decisions,
      l1,
      account: { address: account.address, signTransaction: (transaction) => account.signTransaction(transaction) },
      policy: DEFAULT_SUBMISSION_POLICY,
      nowMs: Date.now,
      log: pino({ level: 'silent' }),
      submitterId: `submitter of ${Object.keys(change).join()}`,
      ...change,
    });
  }
});

function callOf(from: Field, to: Field): Hex {
  return encodeFunctionData({
    abi: CANARY_ROLLUP_ABI,
    functionName: 'submitRoot',
    args: [fieldOf(1), from, to, 2n, '0x'],
  });
}
