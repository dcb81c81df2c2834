import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { FileProofStore } from '../../../../shared/engine/embedded/file-proof-store.ts';
import { removeExpired } from '../../../../shared/engine/embedded/retention.ts';
import { openSqliteDatabase, type SqliteDatabase } from '../../../../shared/engine/embedded/sqlite-database.ts';
import type { Engine } from '../../../../shared/engine/engine.ts';
import type { EpochState } from '../../../../shared/ledger/epoch-ledger.ts';
import { RangeId } from '../../../../shared/ledger/job-ledger.ts';
import { messageOf } from '../../../../shared/proving-job/job-message.ts';
import { type ProvingJobId } from '../../../../shared/proving-job/proving-job-id.ts';
import { aNewJob } from '../../../contract/a-new-job.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../../contract/embedded-harness.ts';
import { epochId } from '../../../fixtures/epoch-id.ts';

const DAY_SECONDS = 24 * 3600;
const RANGE = RangeId.parse('0xa1');

describe('what the embedded engine keeps', () => {
  let harness: EmbeddedHarness;
  let engine: Engine;
  let database: SqliteDatabase;
  let proofs: FileProofStore;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    engine = harness.engine;
    database = openSqliteDatabase(harness.dataDirectory);
    proofs = new FileProofStore(join(harness.dataDirectory, 'proofs'), () => harness.nowMs());
  });
  afterEach(async () => {
    database.close();
    await harness.close();
  });

  const pass = (signal = new AbortController().signal): Promise<void> =>
    removeExpired({ database, proofs, nowMs: () => harness.nowMs() }, signal);
  const elapseDays = (days: number): Promise<void> => harness.elapse(days * DAY_SECONDS);
  const files = async (): Promise<string[]> =>
    (await readdir(proofs.directory, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);

  /** Opens an epoch with jobs, their messages and one object, written now. */
  async function openEpoch(number: number, jobs = 1): Promise<ProvingJobId[]> {
    const epoch = epochId(number);
    const shape = [{ blocks: [{ publicTxs: 1, privateTxs: 0 }], l1ToL2Messages: 0 }];
    const deadlineAtMs = harness.nowMs() + 3_600_000;
    await engine.epochs.open({ id: epoch, rangeId: RANGE, networkVersion: '4.1.2', shape, deadlineAtMs });
    const ids = [];
    for (let index = 0; index < jobs; index++) ids.push((await storeJob(number)).id);
    return ids;
  }

  async function storeJob(number: number): ReturnType<Engine['jobs']['record']> {
    const job = aNewJob('PARITY_BASE', { epochId: epochId(number) });
    await engine.proofs.put(job.inputs.key, new Uint8Array([1]));
    const time = new Date(harness.nowMs());
    await utimes(join(proofs.directory, job.inputs.key), time, time);
    const record = await engine.jobs.record(job);
    await engine.queue.enqueue([messageOf(job)]);
    return record;
  }

  const close = (number: number, state: EpochState = 'proven'): Promise<unknown> =>
    engine.epochs.advance(epochId(number), RANGE, state);

  const storeRoot = (number: number): ReturnType<Engine['outbox']['store']> =>
    engine.outbox.store({
      epochId: epochId(number),
      rangeId: RANGE,
      to: '0xaa',
      data: '0xbb',
      deadlineAtMs: 1,
    });

  it('keeps objects for 7 days after their epoch was closed', async () => {
    const [jobId] = await openEpoch(7);
    await elapseDays(3);
    await close(7);
    await elapseDays(6.9);
    await pass();
    expect(await files()).toEqual([jobId]);
    await elapseDays(0.2);
    await pass();
    expect(await files()).toEqual([]);
    expect(await engine.jobs.find(jobId!)).toBeDefined();
  });

  it('keeps an epoch, its jobs, messages and root for 14 days after it was closed', async () => {
    const jobIds = await openEpoch(7, 205);
    const root = await storeRoot(7);
    await engine.outbox.replace({ ...root, state: 'mined' });
    await close(7);
    await elapseDays(13.9);
    await pass();
    expect(await engine.jobs.jobsOfEpoch(epochId(7))).toHaveLength(jobIds.length);
    expect(await engine.epochs.latest(1)).toHaveLength(1);
    await elapseDays(0.2);
    await pass();
    expect(await engine.jobs.jobsOfEpoch(epochId(7))).toEqual([]);
    expect(await engine.epochs.latest(1)).toEqual([]);
    expect(await engine.outbox.find(root.epochId)).toBeUndefined();
    expect(await engine.queue.depths()).toEqual([]);
  });

  it.each<EpochState>(['proving', 'submitting'])('keeps all of an epoch that is %s, however old', async (state) => {
    const [jobId] = await openEpoch(7);
    await engine.epochs.advance(epochId(7), RANGE, state);
    await elapseDays(60);
    await pass();
    expect(await files()).toEqual([jobId]);
    expect(await engine.jobs.find(jobId!)).toBeDefined();
    expect(await engine.queue.depths()).toMatchObject([{ waiting: 1 }]);
  });

  it('keeps all of an epoch that was taken up again', async () => {
    const [jobId] = await openEpoch(7);
    await close(7, 'failed');
    await elapseDays(60);
    await openEpoch(7, 0);
    await pass();
    expect(await files()).toEqual([jobId]);
    expect(await engine.jobs.find(jobId!)).toBeDefined();
  });

  it.each(['waiting', 'sent'] as const)('keeps all of a closed epoch whose root is %s', async (state) => {
    const [jobId] = await openEpoch(7);
    await engine.outbox.replace({ ...(await storeRoot(7)), state });
    await close(7, 'expired');
    await elapseDays(60);
    await pass();
    expect(await files()).toEqual([jobId]);
    expect(await engine.jobs.find(jobId!)).toBeDefined();
    expect(await engine.outbox.open()).toHaveLength(1);
  });

  it('deletes jobs that belong to no epoch 14 days after the last of them was settled', async () => {
    const settled = await storeJob(7);
    await engine.jobs.reject(settled.id, 'no such circuit');
    const open = await storeJob(8);
    await elapseDays(15);
    await pass();
    expect(await engine.jobs.find(settled.id)).toBeUndefined();
    expect(await engine.jobs.find(open.id)).toBeDefined();
  });

  it('removes quarantined objects with the others', async () => {
    const { inputs } = await storeJob(7);
    await engine.proofs.quarantine(inputs.key, 'damaged');
    for (const name of await readdir(join(proofs.directory, 'quarantine', 'inputs', 'PARITY_BASE'))) {
      const time = new Date(harness.nowMs());
      await utimes(join(proofs.directory, 'quarantine', 'inputs', 'PARITY_BASE', name), time, time);
    }
    expect(await files()).toHaveLength(2);
    await elapseDays(8);
    await pass();
    expect(await files()).toEqual([]);
  });

  it('keeps incidents and dead letters for 14 days, and decisions for 3', async () => {
    const note = async (text: string): Promise<void> => {
      await engine.incidents.report({ kind: 'submission', subject: text, message: '' });
      const decision = { epochs: [], pools: [], dollarsPerHour: 0, reason: text };
      await engine.decisions.record({ kind: 'fleet', ...decision, atMs: harness.nowMs() });
      await engine.queue.enqueue([messageOf(aNewJob())]);
      await engine.queue.park((await engine.queue.claim(['medium'], { waitSeconds: 0 }))!, text);
    };
    const kept = async (): Promise<string[][]> => [
      (await engine.incidents.latest(9)).map(({ subject }) => subject),
      (await engine.queue.deadLetters()).map(({ reason }) => reason),
      (await engine.decisions.latest('fleet', 9)).map(({ reason }) => reason),
    ];
    await note('old');
    await elapseDays(12);
    await note('new');
    await pass();
    expect(await kept()).toEqual([['new', 'old'], ['old', 'new'], ['new']]);
    await elapseDays(2.1);
    await pass();
    expect(await kept()).toEqual([['new'], ['new'], ['new']]);
  });

  it('deletes no rows once it was stopped', async () => {
    const [jobId] = await openEpoch(7);
    await close(7);
    await elapseDays(60);
    await pass(AbortSignal.abort());
    expect(await engine.jobs.find(jobId!)).toBeDefined();
    expect(await files()).toHaveLength(1);
  });
});
