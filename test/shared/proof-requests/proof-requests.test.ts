import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { InputsChangedError, JobRejectedError } from '../../../shared/proof-requests/errors.ts';
import { ProofRequests } from '../../../shared/proof-requests/proof-requests.ts';
import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { AgentId, type JobLease, RangeId } from '../../../shared/ledger/job-ledger.ts';
import { AztecFileStores } from '../../../shared/proof-store/aztec-file-stores.ts';
import { inputsKey, outputsKey } from '../../../shared/proof-store/proof-store.ts';
import { makeProvingJobId, sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

const EPOCH = epochId(7);
const RANGE = RangeId.parse('0x01');
const AGENT = AgentId.parse('agent-1');
const CIRCUIT = 'PARITY_BASE';

const INPUTS = Buffer.from('inputs of a parity base');
const JOB_ID = makeProvingJobId(EPOCH, CIRCUIT, sha256Of(INPUTS));

describe('ProofRequests', () => {
  let dataDirectory: string;
  let engine: Engine;
  let requests: ProofRequests;

  beforeEach(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-proof-requests-'));
    engine = openEmbeddedEngine({ dataDirectory, leaseSeconds: 30 });
    requests = openRequests();
  });

  afterEach(async () => {
    requests.stop(new Error('the test is over'));
    await engine.close();
    await rm(dataDirectory, { recursive: true });
  });

  function openRequests(
    over: Engine = engine,
    readElsewhere: (uri: string) => Promise<Uint8Array> = () => Promise.reject(new Error('no such store')),
  ): ProofRequests {
    const opened = new ProofRequests({
      engine: over,
      epochId: EPOCH,
      rangeId: RANGE,
      networkVersion: '4.1.2',
      reconcileMs: 20,
      readElsewhere,
      log: pino({ level: 'silent' }),
    });
    opened.start();
    return opened;
  }

  function prove(on = requests, inputs: () => Uint8Array = () => INPUTS): Promise<string> {
    const asked = on.prove({
      circuit: CIRCUIT,
      inputs,
      children: [],
      parse: (bytes) => {
        const text = Buffer.from(bytes).toString();
        if (!text.startsWith('proof')) throw new Error(`'${text}' is no proof`);
        return text;
      },
    });
    return asked.then(({ proof }) => proof);
  }

  it('stores the inputs, records the job and sends its message before an agent can claim it', async () => {
    const proof = prove();
    const lease = await claim();
    expect(Buffer.from(await engine.proofs.get((await job()).inputs))).toEqual(INPUTS);
    await settle(lease, 'proof of 7');
    expect(await proof).toBe('proof of 7');
  });

  it('sends the message of a job that was moved to a larger pool to that pool', async () => {
    void prove().catch(() => undefined);
    await engine.jobs.fail((await claim()).job, 'out-of-memory', 'killed at 31 GiB', 'large');
    requests.stop(new Error('the node was killed'));
    requests = openRequests();
    void prove().catch(() => undefined);
    const lease = await engine.queue.claim(['large'], { waitSeconds: 10 });
    expect(lease?.message.jobId).toBe(JOB_ID);
  });

  it('asks once for the same inputs, however often they are asked for', async () => {
    const both = Promise.all([prove(), prove()]);
    await settle(await claim(), 'proof of 7');
    expect(await both).toEqual(['proof of 7', 'proof of 7']);
    expect(await engine.jobs.jobsOfEpoch(EPOCH)).toHaveLength(1);
  });

  it('returns the proof of an earlier node at once, without any agent', async () => {
    const first = prove();
    await settle(await claim(), 'proof of 7');
    await first;
    requests.stop(new Error('the node was killed'));
    requests = openRequests();
    expect(await prove()).toBe('proof of 7');
    expect(await engine.queue.claim(['medium'], { waitSeconds: 0 })).toBeUndefined();
  });

  it('rejects with the reason when the fleet has given the job up', async () => {
    const proof = prove();
    const rejected = expect(proof).rejects.toThrow(new JobRejectedError(JOB_ID, 'the circuit is not satisfied'));
    let state: string;
    do {
      const lease = await claim();
      state = await engine.jobs.fail(lease.job, 'failure', 'the circuit is not satisfied');
      await engine.queue.release(lease.message);
    } while (state !== 'rejected');
    await rejected;
  });

  it('has a job proven again when its stored proof was truncated, and reports it', async () => {
    const proof = prove();
    await settle(await claim(), 'proof of 7', 'proo');
    await settle(await claim(), 'proof, again');
    expect(await proof).toBe('proof, again');
    expect(await engine.incidents.latest(5)).toMatchObject([
      { kind: 'corrupt-object', subject: outputsKey(CIRCUIT, JOB_ID) },
    ]);
  });

  it('has a job proven again when its proof does not parse, and gives it up at the third such proof', async () => {
    const rejected = expect(prove()).rejects.toThrow("its proof cannot be read: 'nonsense' is no proof");
    for (let attempt = 0; attempt < 3; attempt += 1) await settle(await claim(), 'nonsense');
    await rejected;
  });

  it('stores the inputs again when an agent found them altered', async () => {
    const proof = prove();
    const lease = await claim();
    await damage(inputsKey(CIRCUIT, JOB_ID), 'INPUTS of a parity base');
    await expect(engine.proofs.get((await job()).inputs)).rejects.toThrow('corrupt');
    await engine.jobs.fail(lease.job, 'corrupt-inputs', 'sha256 differs');
    await expect.poll(async () => readInputs()).toEqual(INPUTS);
    await engine.queue.release(lease.message);
    await settle(await claim(), 'proof of 7');
    expect(await proof).toBe('proof of 7');
  });

  it('does not keep the inputs: it has them serialised again when they must be stored again', async () => {
    const serialised: Buffer[] = [];
    const proof = prove(requests, () => {
      const bytes = Buffer.from(INPUTS);
      serialised.push(bytes);
      return bytes;
    });
    const lease = await claim();
    // A node that still used these bytes would store zeros from now on.
    for (const bytes of serialised) bytes.fill(0);
    await damage(inputsKey(CIRCUIT, JOB_ID), 'INPUTS of a parity base');
    await engine.jobs.fail(lease.job, 'corrupt-inputs', 'sha256 differs');
    await expect.poll(async () => readInputs()).toEqual(INPUTS);
    await engine.queue.release(lease.message);
    await settle(await claim(), 'proof of 7');
    expect(await proof).toBe('proof of 7');
  });

  it('stores nothing in place of inputs that the caller has changed, and says so', async () => {
    let inputs = INPUTS;
    const rejected = expect(prove(requests, () => inputs)).rejects.toThrow(new InputsChangedError(JOB_ID));
    const lease = await claim();
    inputs = Buffer.from('other inputs');
    await damage(inputsKey(CIRCUIT, JOB_ID), 'INPUTS of a parity base');
    await engine.jobs.fail(lease.job, 'corrupt-inputs', 'sha256 differs');
    await rejected;
    expect((await job()).inputs.sha256).toBe(sha256Of(INPUTS));
  });

  it('leaves a good proof alone that replaced the damaged one which it saw', async () => {
    const [reached, mayGoOn] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const slowProofs: Engine['proofs'] = {
      put: (key, bytes) => engine.proofs.put(key, bytes),
      get: (object) => engine.proofs.get(object),
      quarantine: async (key, reason, seen) => {
        reached.resolve(undefined);
        await mayGoOn.promise;
        await engine.proofs.quarantine(key, reason, seen);
      },
    };
    requests.stop(new Error('replaced'));
    requests = openRequests({ ...engine, proofs: slowProofs });
    const bySlowNode = prove();
    await settle(await claim(), 'proof of 7', 'proo');
    await reached.promise;
    const other = openRequests();
    const byOtherNode = prove(other);
    await settle(await claim(), 'proof, again');
    expect(await byOtherNode).toBe('proof, again');
    mayGoOn.resolve(undefined);
    expect(await bySlowNode).toBe('proof, again');
    expect(await job()).toMatchObject({ state: 'proven', proof: { sha256: sha256Of(Buffer.from('proof, again')) } });
    other.stop(new Error('the test is over'));
  });

  it('has a damaged proof proven again though the incident cannot be reported', async () => {
    requests.stop(new Error('replaced'));
    const incidents: Engine['incidents'] = {
      report: () => Promise.reject(new Error('no incident can be reported')),
      latest: () => Promise.resolve([]),
    };
    requests = openRequests({ ...engine, incidents });
    const proof = prove();
    await settle(await claim(), 'proof of 7', 'proo');
    await settle(await claim(), 'proof, again');
    expect(await proof).toBe('proof, again');
  });

  it('finds a settlement whose notification was lost', async () => {
    requests.stop(new Error('replaced'));
    requests = openRequests({ ...engine, settlements: { subscribe: () => () => undefined } });
    const proof = prove();
    await settle(await claim(), 'proof of 7');
    expect(await proof).toBe('proof of 7');
  });

  it('does not read a job that is still open, however often it reconciles', async () => {
    let looks = 0;
    let finds = 0;
    const counted: Engine['jobs'] = new Proxy(engine.jobs, {
      get(target, name) {
        if (name === 'openJobs') looks += 1;
        if (name === 'find') finds += 1;
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    requests.stop(new Error('replaced'));
    requests = openRequests({ ...engine, jobs: counted });
    const proof = prove();
    const lease = await claim();
    finds = 0;
    const before = looks;
    await expect.poll(() => looks).toBeGreaterThan(before + 3);
    expect(finds).toBe(0);
    await settle(lease, 'proof of 7');
    expect(await proof).toBe('proof of 7');
  });

  it('asks again when the job was cancelled while it is wanted', async () => {
    const proof = prove();
    const lease = await claim();
    await engine.jobs.cancelEpoch(EPOCH, 'another node gave the epoch up');
    await engine.queue.complete(lease.message);
    await settle(await claim(), 'proof of 7');
    expect(await proof).toBe('proof of 7');
  });

  it('goes on when the ledger, the store and the queue fail for a while', async () => {
    let failuresLeft = 4;
    const flaky = <T extends object>(port: T, failures: number): T =>
      new Proxy(port, {
        get(target, name) {
          const value = Reflect.get(target, name) as unknown;
          if (typeof value !== 'function' || name === 'subscribe') return value;
          return (...args: unknown[]): unknown => {
            if (failures > 0) {
              failures -= 1;
              failuresLeft -= 1;
              return Promise.reject(new Error('service unavailable'));
            }
            return Reflect.apply(value, target, args) as unknown;
          };
        },
      });
    requests.stop(new Error('replaced'));
    requests = openRequests({
      ...engine,
      jobs: flaky(engine.jobs, 2),
      proofs: flaky(engine.proofs, 1),
      queue: flaky(engine.queue, 1),
    });
    const proof = prove();
    await settle(await claim(), 'proof of 7');
    expect(await proof).toBe('proof of 7');
    expect(failuresLeft).toBe(0);
  });

  it('reads a proof that an official agent keeps in its own store, however long that is out of reach', async () => {
    const stores = new AztecFileStores(pathToFileURL(join(dataDirectory, 'official')).href);
    const uri = (await stores.save(`outputs/${CIRCUIT}/x.json`, Buffer.from('proof of 7'))) ?? '';
    let failuresLeft = 3;
    requests.stop(new Error('replaced'));
    requests = openRequests(engine, async (asked) => {
      if (failuresLeft-- > 0) throw new Error('access denied');
      return new AztecFileStores().read(asked);
    });
    const proof = prove();
    const { message, job: lease } = await claim();
    const { claimedAtMs } = lease;
    await engine.jobs.markProven({ jobId: JOB_ID, agentId: AGENT, proof: { uri }, provingMs: 1, claimedAtMs });
    await engine.queue.complete(message);
    expect(await proof).toBe('proof of 7');
  });

  it('has a job proven again whose proof elsewhere cannot be parsed', async () => {
    requests.stop(new Error('replaced'));
    requests = openRequests(engine, async () => Buffer.from('nothing like it'));
    const proof = prove();
    const { message, job: lease } = await claim();
    const { claimedAtMs } = lease;
    const elsewhere = { uri: 's3://bucket/outputs/x.json' };
    await engine.jobs.markProven({ jobId: JOB_ID, agentId: AGENT, proof: elsewhere, provingMs: 1, claimedAtMs });
    await engine.queue.complete(message);
    await settle(await claim(), 'proof, again');
    expect(await proof).toBe('proof, again');
  });

  it('ends outstanding requests when it is stopped, and leaves the jobs to the fleet', async () => {
    const ended = expect(prove()).rejects.toThrow('the node ends');
    const lease = await claim();
    requests.stop(new Error('the node ends'));
    await ended;
    await settle(lease, 'proof of 7');
    expect((await job()).state).toBe('proven');
  });

  async function job() {
    const found = await engine.jobs.find(JOB_ID);
    if (found === undefined) throw new Error('the job is not recorded');
    return found;
  }

  async function readInputs(): Promise<Uint8Array | undefined> {
    return await engine.proofs.get((await job()).inputs).catch(() => undefined);
  }

  async function claim() {
    const message = await engine.queue.claim(['medium'], { waitSeconds: 60 });
    if (message === undefined) throw new Error('no message came');
    const answer = await engine.jobs.claim(message.message.jobId, AGENT, 30);
    if (answer.outcome !== 'claimed') throw new Error(`the job could not be claimed: ${answer.outcome}`);
    return { message, job: answer.lease };
  }

  async function settle(
    lease: { message: Parameters<Engine['queue']['complete']>[0]; job: JobLease },
    proof: string,
    damagedTo?: string,
  ): Promise<void> {
    const stored = await engine.proofs.put(outputsKey(CIRCUIT, JOB_ID), Buffer.from(proof));
    if (damagedTo !== undefined) await damage(outputsKey(CIRCUIT, JOB_ID), damagedTo);
    await engine.jobs.markProven({
      jobId: JOB_ID,
      agentId: AGENT,
      proof: stored,
      provingMs: 1,
      claimedAtMs: lease.job.claimedAtMs,
    });
    await engine.queue.complete(lease.message);
  }

  /** Overwrites what the store holds under `key`, behind its back. */
  async function damage(key: string, bytes: string): Promise<void> {
    const [file] = (await readdir(dataDirectory, { recursive: true })).filter((path) => path.endsWith(key));
    if (file === undefined) throw new Error(`no file for ${key}`);
    await rm(join(dataDirectory, file));
    await writeFile(join(dataDirectory, file), bytes);
  }
});
