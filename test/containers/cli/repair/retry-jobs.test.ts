import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { EpochUnknownError } from '../../../../containers/fleet-view/find-epoch.ts';
import { findJob, JOB_PREFIX, JobUnknownError } from '../../../../containers/fleet-view/find-job.ts';
import { renderRetried } from '../../../../containers/cli/repair/retry-command.ts';
import { retryEpoch, retryJob, RetryRefusedError } from '../../../../containers/cli/repair/retry-jobs.ts';
import { textOf } from '../../../../containers/terminal/line.ts';
import { type EpochState } from '../../../../shared/ledger/epoch-ledger.ts';
import { AgentId, type JobRecord, type NewJob, RangeId } from '../../../../shared/ledger/job-ledger.ts';
import { EpochId, makeRollupId } from '../../../../shared/proving-job/epoch-id.ts';
import { outputsKey } from '../../../../shared/proof-store/proof-store.ts';
import { aNewJob } from '../../../contract/a-new-job.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../../contract/embedded-harness.ts';
import { epochId } from '../../../fixtures/epoch-id.ts';

const EPOCH = epochId(7);
const RANGE = RangeId.parse('0xa1');
const AGENT = AgentId.parse('agent-1');

describe('a retry', () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    await harness.engine.epochs.open({
      id: EPOCH,
      rangeId: RANGE,
      networkVersion: '4.1.2',
      firstCheckpoint: 12,
      lastCheckpoint: 12,
      shape: [{ blocks: [{ publicTxs: 0, privateTxs: 0 }], l1ToL2Messages: 0 }],
      deadlineAtMs: harness.nowMs() + 600_000,
    });
  });
  afterEach(() => harness.close());

  async function aJob(overrides: Parameters<typeof aNewJob>[1] = {}): Promise<NewJob> {
    const job = aNewJob('PARITY_BASE', { epochId: EPOCH, rangeId: RANGE, ...overrides });
    await harness.engine.jobs.record(job);
    return job;
  }

  async function aRejectedJob(overrides: Parameters<typeof aNewJob>[1] = {}): Promise<JobRecord> {
    const { id } = await aJob(overrides);
    await harness.engine.jobs.reject(id, 'bb failed three times');
    return stored(id);
  }

  const stored = async (id: JobRecord['id']): Promise<JobRecord> => (await harness.engine.jobs.find(id))!;
  const advance = (state: EpochState) => harness.engine.epochs.advance(EPOCH, RANGE, state, { reason: 'a job failed' });
  const said = (retried: Parameters<typeof renderRetried>[0]): string => renderRetried(retried).map(textOf).join('\n');

  it('of a rejected job resets its budgets, sends a message, and sets aside whatever is stored in place of its proof', async () => {
    const { engine } = harness;
    const job = await aRejectedJob();
    const key = outputsKey(job.circuit, job.id);
    await engine.proofs.put(key, Buffer.from('no proof'));
    const retried = await retryJob(engine, job, harness.nowMs());

    const after = await stored(job.id);
    expect(after).toMatchObject({ state: 'queued', attempts: { failure: 0 }, enqueuedAtMs: harness.nowMs() });
    expect(after.reason).toBeUndefined();
    expect(await engine.queue.claim(['medium'], { waitSeconds: 0 })).toMatchObject({ message: { jobId: job.id } });
    // The key can be written again.
    await engine.proofs.put(key, Buffer.from('a proof'));
    expect(said(retried)).toBe(
      `Job ${job.id} is queued again.\nEpoch 7 is being proven: its node picks up each proof as it arrives.`,
    );
    expect(await engine.epochs.find(EPOCH)).toMatchObject({ state: 'proving', attempt: 1 });
  });

  it('of a job whose epoch failed has a node resume the epoch, in its next attempt', async () => {
    const { engine } = harness;
    const job = await aRejectedJob();
    await advance('failed');
    const retried = await retryJob(engine, job, harness.nowMs());
    expect(said(retried)).toContain('Epoch 7 will be resumed: within seconds by a running node');
    const epoch = await engine.epochs.find(EPOCH);
    expect(epoch).toMatchObject({
      state: 'proving',
      attempt: 1,
      reason: 'to be resumed after a failure: a job failed',
    });
    expect(epoch?.closedAtMs).toBeUndefined();
  });

  it('of an epoch queues all of its rejected jobs, and leaves the others and those that a reorg removed', async () => {
    const { engine } = harness;
    const rejected = [await aRejectedJob(), await aRejectedJob()];
    const foreign = await aRejectedJob({ rangeId: RangeId.parse('0xb2') });
    const elsewhere = await aRejectedJob({ epochId: epochId(8) });
    const queued = await aJob();
    await advance('failed');
    const retried = await retryEpoch(engine, EPOCH, harness.nowMs());
    expect(retried.jobs.map(({ id }) => id)).toEqual(rejected.map(({ id }) => id));
    expect(said(retried)).toContain('2 jobs of epoch 7 are queued again: 2 PARITY_BASE.');
    const states = await Promise.all([...rejected, queued, foreign, elsewhere].map(({ id }) => stored(id)));
    expect(states.map(({ state }) => state)).toEqual(['queued', 'queued', 'queued', 'rejected', 'rejected']);
  });

  it('of an epoch that failed for another reason than a job has a node resume it', async () => {
    await advance('failed');
    const retried = await retryEpoch(harness.engine, EPOCH, harness.nowMs());
    expect(said(retried)).toMatch(/^Epoch 7 has no rejected jobs\.\nEpoch 7 will be resumed/);
    expect(await harness.engine.epochs.find(EPOCH)).toMatchObject({ state: 'proving' });
  });

  it('of an epoch in progress without rejected jobs is refused', async () => {
    await expect(retryEpoch(harness.engine, EPOCH, harness.nowMs())).rejects.toThrow(
      'epoch 7 is proving, and none of its jobs is rejected',
    );
  });

  it.each([
    ['submitting', 'needs no retry: epoch 7 is submitting'],
    ['proven', 'needs no retry: epoch 7 is proven'],
    ['expired', 'the proof window of epoch 7 has closed'],
  ] as const)('is refused where the epoch is %s, and changes nothing', async (state, why) => {
    const job = await aRejectedJob();
    await advance(state);
    await expect(retryJob(harness.engine, job, harness.nowMs())).rejects.toThrow(why);
    await expect(retryEpoch(harness.engine, EPOCH, harness.nowMs())).rejects.toThrow(why);
    expect(await stored(job.id)).toEqual(job);
    expect(await harness.engine.epochs.find(EPOCH)).toMatchObject({ state });
  });

  it('is refused once the window has closed, though no one has marked the epoch expired yet', async () => {
    await advance('failed');
    await harness.elapse(600);
    await expect(retryEpoch(harness.engine, EPOCH, harness.nowMs())).rejects.toThrow(
      'the proof window of epoch 7 has closed',
    );
  });

  it('is refused for a job that is not rejected, with its state', async () => {
    const { jobs } = harness.engine;
    const { id } = await aJob();
    const why = async (): Promise<string> => {
      const error: unknown = await retryJob(harness.engine, await stored(id), harness.nowMs()).catch(
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(RetryRefusedError);
      return (error as Error).message;
    };
    expect(await why()).toBe(`job ${id} is queued: the next free agent takes it`);
    await jobs.claim(id, AGENT, 30);
    expect(await why()).toContain('is leased: agent agent-1 is proving it');
    await jobs.cancelEpoch(EPOCH, 'its checkpoints were reorganised away');
    expect(await why()).toContain('was cancelled (its checkpoints were reorganised away)');
    const { inputs: proof } = await jobs.record(await aJob());
    const proven = (await jobs.jobsOfEpoch(EPOCH)).at(-1)!;
    await jobs.markProven({ jobId: proven.id, agentId: AGENT, proof, provingMs: 1, claimedAtMs: 1 });
    await expect(retryJob(harness.engine, await stored(proven.id), harness.nowMs())).rejects.toThrow('is proven');
  });

  it('is refused for a job that no epoch needs any more', async () => {
    const foreign = await aRejectedJob({ rangeId: RangeId.parse('0xb2') });
    await expect(retryJob(harness.engine, foreign, harness.nowMs())).rejects.toThrow('removed by a reorg');
    await expect(retryEpoch(harness.engine, epochId(9), harness.nowMs())).rejects.toThrow(EpochUnknownError);
  });

  it('finds a job by its id, or by any unambiguous prefix of it', async () => {
    const { engine } = harness;
    const [one, other] = [await aJob(), await aJob()];
    let unique = one.id.length - 64;
    while (other.id.startsWith(one.id.slice(0, unique))) unique += 1;
    expect(await findJob(engine, one.id)).toMatchObject({ id: one.id });
    expect(await findJob(engine, one.id.slice(0, unique))).toMatchObject({ id: one.id });
    // The hash alone, as a terminal shows it.
    expect(await findJob(engine, `7:${one.id.slice(-64).slice(0, 40)}`)).toMatchObject({ id: one.id });
    const ambiguous = findJob(engine, '7:PARITY_BASE');
    await expect(ambiguous).rejects.toThrow(JobUnknownError);
    await expect(ambiguous).rejects.toThrow(`2 jobs begin with 7:PARITY_BASE, give more of the id:\n  ${one.id}`);
    await expect(findJob(engine, '7:ROOT_ROLLUP')).rejects.toThrow(
      'job 7:ROOT_ROLLUP is not in the ledger: coppice jobs 7 lists the jobs of the epoch',
    );
    await expect(findJob(engine, '8:PARITY_BASE')).rejects.toThrow('epoch 8 is not in the ledger: the newest is 7');
  });

  it('names the epoch by its id where the ledger has one of that number on two rollups', async () => {
    const { engine } = harness;
    const other = epochId(7, makeRollupId(1, `0x${'bb'.repeat(20)}`));
    await harness.elapse(1);
    await engine.epochs.open({
      id: other,
      rangeId: RANGE,
      networkVersion: '5.2.0',
      deadlineAtMs: harness.nowMs() + 600_000,
    });
    const job = await aRejectedJob();
    expect(said(await retryEpoch(engine, EPOCH, harness.nowMs()))).toMatch(
      `Job ${job.id} is queued again.\nEpoch ${EPOCH} is being proven`,
    );
    await expect(retryEpoch(engine, EpochId.parse('7'), harness.nowMs())).rejects.toThrow(
      `epoch ${other} is proving, and none of its jobs is rejected`,
    );
    await expect(findJob(engine, '8:PARITY_BASE')).rejects.toThrow(`the newest are ${other}, ${EPOCH}`);
    await expect(findJob(engine, '7:ROOT_ROLLUP')).rejects.toThrow(`coppice jobs ${other} lists`);
  });

  it.each([
    ['7:PARITY_BASE', true],
    ['7:PARITY_BASE:', true],
    ['7:PARITY_BASE:0af', true],
    ['7:0af3', true],
    ['7:0af', false],
    ['7', false],
    ['7:', false],
    ['PARITY_BASE', false],
    ['7:PARITY_BASE:0xaf', false],
  ])('takes %s for the beginning of a job id: %s', (word, expected) => {
    expect(JOB_PREFIX.test(word)).toBe(expected);
  });
});
