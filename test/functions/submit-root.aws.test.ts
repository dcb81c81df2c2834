import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';

import type { Engine } from '../../shared/engine/engine.ts';
import { openEngine } from '../../shared/engine/open-engine.ts';
import type { RootRecord } from '../../shared/ledger/outbox.ts';
import { type AwsHarness, openAwsHarness } from '../contract/aws-harness.ts';
import { type FakeKms, startFakeKms } from '../shared/l1/publisher/fake-kms.ts';
import { deployRollup, type RollupOnAnvil } from '../shared/l1/rollup-on-anvil.ts';
import { type Anvil, ANVIL_CHAIN_ID, startAnvil } from '../shared/l1/start-anvil.ts';
import { epochId } from '../fixtures/epoch-id.ts';

const PROGRAM = fileURLToPath(new URL('processes/invoke-submit-root.ts', import.meta.url));
const EPOCH = epochId(0);
/** Of L1: each block is at least a second on, so that mining as fast as possible would soon close the proof window. */
const BLOCK_PAUSE_MS = 50;

interface Ended {
  readonly answer: string;
  readonly log: string;
  readonly code: number | null;
  readonly signal: string | null;
}

describe('submit-root on AWS, in short-lived containers, without a node', () => {
  let anvil: Anvil;
  let bench: RollupOnAnvil;
  let harness: AwsHarness;
  let engine: Engine;
  let kms: FakeKms;
  let variables: Record<string, string>;

  beforeAll(async () => {
    anvil = await startAnvil();
  });
  afterAll(async () => {
    await anvil.stop();
  });
  beforeEach(async () => {
    bench = await deployRollup(anvil);
    bench.clock.nowMs = Date.now();
    await bench.propose(0, 0);
    harness = await openAwsHarness(['table']);
    kms = await startFakeKms(bench.key);
    const prefix = harness.names.ledgerTable.replace('-ledger', '');
    const { region = '', endpoint = '' } = inject('aws');
    engine = await openEngine({ engine: 'aws', prefix, connection: { region, endpoint }, leaseSeconds: 30 });
    variables = {
      COPPICE_AWS_PREFIX: prefix,
      AWS_REGION: region,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ENDPOINT_URL_KMS: kms.endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ETHEREUM_HOSTS: anvil.url,
      L1_CHAIN_ID: String(ANVIL_CHAIN_ID),
      L1_TX_MONITOR_CHECK_INTERVAL_MS: '50',
      LOG_LEVEL: 'debug',
    };
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await kms.close();
    await engine.close();
    await harness.close();
    await bench.close();
  });

  /** Stores the epoch and its root as a node would have before it died. */
  async function storeRoot(): Promise<void> {
    const { rangeId, firstCheckpoint, lastCheckpoint, to, data, deadlineAtMs } = await bench.storeRoot(0, 1, 2);
    const range = { rangeId, firstCheckpoint, lastCheckpoint, deadlineAtMs };
    await engine.epochs.open({ ...range, id: EPOCH, networkVersion: '4.1.2', shape: [] });
    await engine.epochs.advance(EPOCH, rangeId, 'submitting');
    await engine.outbox.store({ ...range, epochId: EPOCH, to, data });
  }
  async function secretOf(value: string): Promise<string> {
    const secretsManager = new SecretsManagerClient(inject('aws'));
    const Name = `publisher-${randomUUID()}`;
    await secretsManager.send(new CreateSecretCommand({ Name, SecretString: value }));
    secretsManager.destroy();
    return Name;
  }
  async function invoke(
    key: Record<string, string>,
    killAfter: Promise<unknown> = new Promise(() => undefined),
  ): Promise<Ended> {
    const child = spawn(process.execPath, [PROGRAM], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ...variables, ...key },
    });
    void killAfter.then(() => child.kill('SIGKILL'));
    const [printed, log, [code, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number | null, string | null]>,
    ]);
    // Metrics come before it, a line each.
    const answer = printed.split('\n').at(-1) ?? '';
    return { answer, log: printed + log, code, signal };
  }
  const root = async (): Promise<RootRecord> => {
    const found = await engine.outbox.find(EPOCH);
    if (found === undefined) throw new Error('no root');
    return found;
  };
  /** Mines L1 blocks while something is awaited. */
  async function whileMining<T>(awaited: Promise<T>): Promise<T> {
    const over = new AbortController();
    void awaited.finally(() => over.abort()).catch(() => undefined);
    while (!over.signal.aborted) {
      await anvil.mine();
      await sleep(BLOCK_PAUSE_MS);
    }
    return await awaited;
  }
  async function expectProvenOnce(): Promise<void> {
    const { state, submissions } = await root();
    expect(state).toBe('mined');
    expect(submissions).toMatchObject([{ nonce: 0, outcome: 'mined' }]);
    expect(await engine.epochs.find(EPOCH)).toMatchObject({
      state: 'proven',
      transactionHash: submissions[0]?.transactionHash,
    });
    expect(await bench.accepted()).toBe(1);
    expect(await bench.minedNonce()).toBe(1);
  }

  it('sends one transaction from two copies at once, with the key from the secret, and never logs the key', async () => {
    const key = { COPPICE_PUBLISHER_SECRET_ID: await secretOf(JSON.stringify({ privateKey: bench.key })) };
    await storeRoot();
    const ended = await whileMining(Promise.all([invoke(key), invoke(key)]));

    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(ended.map(({ answer }) => answer)).toContain('{"openRoots":[]}');
    await expectProvenOnce();
    const logged = ended.map(({ log }) => log).join();
    expect(logged).toContain('sending the root');
    expect(logged).not.toContain(bench.key.slice(2));
  });

  it('signs with a key in KMS', async () => {
    await storeRoot();
    const { code } = await whileMining(invoke({ COPPICE_PUBLISHER_KMS_KEY_ID: kms.alias }));
    expect(code).toBe(0);
    expect(kms.given.highS + kms.given.lowS).toBe(1);
    await expectProvenOnce();
  });

  it('continues with the transaction of a copy that was killed by its time-out', async () => {
    const key = { COPPICE_PUBLISHER_SECRET_ID: await secretOf(bench.key) };
    await storeRoot();
    const isSent = expect.poll(async () => (await root()).state).toBe('sent');
    const killed = await invoke(key, isSent);
    expect(killed.signal).toBe('SIGKILL');
    const left = await root();
    expect(left).toMatchObject({ state: 'sent', submissions: [{ nonce: 0 }] });

    // While the dead copy's lease lasts, others keep away and say so.
    expect((await invoke(key)).answer).toContain('"epoch":0,"state":"sent"');
    await engine.outbox.replace({ ...left, submitterUntilMs: Date.now() });
    expect((await whileMining(invoke(key))).answer).toBe('{"openRoots":[]}');
    await expectProvenOnce();
  });

  it('says what to do when the secret is missing, even before an epoch depends on it', async () => {
    const { code, log } = await invoke({ COPPICE_PUBLISHER_SECRET_ID: 'no-such-secret' });
    expect(code).not.toBe(0);
    expect(log).toContain(
      "the publisher's secret no-such-secret cannot be used: this account and region have no such secret",
    );
  });

  it('loads the key once for all invocations of a container, and again after one that failed', async () => {
    const key = { COPPICE_PUBLISHER_KMS_KEY_ID: kms.alias };
    for (const [name, value] of Object.entries({ ...variables, ...key, LOG_LEVEL: 'silent' })) vi.stubEnv(name, value);
    vi.resetModules();
    const { handler } = await import('../../functions/submit-root/handler.ts');
    let leftMs = 300_000;
    const invocation = { awsRequestId: 'invocation', getRemainingTimeInMillis: () => leftMs };
    await handler({}, invocation);
    await handler({}, invocation);
    expect(kms.asked).toEqual(['GetPublicKey']);

    await storeRoot();
    kms.answerWith.Sign = { status: 400, body: { __type: 'DisabledException', message: 'it is disabled' } };
    const failing = handler({}, invocation);
    await expect.poll(async () => (await root()).reason).toContain('it is disabled: enable it');
    leftMs = 0;
    await expect(failing).rejects.toThrow('it is disabled: enable it');

    kms.answerWith.Sign = undefined;
    leftMs = 300_000;
    const before = kms.asked.length;
    expect(await whileMining(handler({}, invocation))).toEqual({ openRoots: [] });
    expect(kms.asked.slice(before)).toEqual(['GetPublicKey', 'Sign']);
    await expectProvenOnce();
  });

  it('refuses to run without the context of Lambda', async () => {
    vi.resetModules();
    const { handler } = await import('../../functions/submit-root/handler.ts');
    await expect(handler({}, undefined)).rejects.toThrow(/invoke it with the context that Lambda gives/);
  });
});
