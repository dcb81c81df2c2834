import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import type { Engine } from '../../../../shared/engine/engine.ts';
import { AgentId } from '../../../../shared/ledger/job-ledger.ts';
import { messageOf } from '../../../../shared/proving-job/job-message.ts';
import { aNewJob } from '../../../contract/a-new-job.ts';

const LEASE_SECONDS = 120;
const ALICE = AgentId.parse('alice');
const BOB = AgentId.parse('bob');
const CAROL = AgentId.parse('carol');

interface Clock {
  unixMs: number;
  steadyMs: number;
}

describe.each([
  ['the clock is set back', (clock: Clock) => void (clock.unixMs -= 900_000)],
  ['the machine is restarted', (clock: Clock) => void (clock.steadyMs = 1_000)],
])('when %s', (_what, jump) => {
  const clock: Clock = { unixMs: 0, steadyMs: 0 };
  let dataDirectory: string;
  let engine: Engine;
  beforeEach(async () => {
    Object.assign(clock, { unixMs: 1_800_000_000_000, steadyMs: 10_000_000 });
    dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-clock-'));
    const [nowMs, steadyMs] = [() => clock.unixMs, () => clock.steadyMs];
    engine = openEmbeddedEngine({ dataDirectory, leaseSeconds: LEASE_SECONDS, nowMs, steadyMs });
  });
  afterEach(async () => {
    await engine.close();
    await rm(dataDirectory, { recursive: true });
  });

  const claimMessage = (): ReturnType<Engine['queue']['claim']> => engine.queue.claim(['medium'], { waitSeconds: 0 });
  function elapse(seconds: number): void {
    clock.unixMs += seconds * 1000;
    clock.steadyMs += seconds * 1000;
  }

  it('hands out a message that waits at once', async () => {
    const job = aNewJob();
    await engine.queue.enqueue([messageOf(job)]);
    jump(clock);
    expect(await engine.queue.depths()).toMatchObject([{ waiting: 1, leased: 0 }]);
    expect((await claimMessage())?.message.jobId).toBe(job.id);
  });

  it('hands out the message of a lost agent after one lease', async () => {
    await engine.queue.enqueue([messageOf(aNewJob())]);
    await claimMessage();
    jump(clock);
    expect(await claimMessage()).toBeUndefined();
    elapse(LEASE_SECONDS);
    expect(await claimMessage()).toMatchObject({ deliveries: 2 });
  });

  it('hands out the job of a lost agent after one lease, and to its straggler too', async () => {
    const job = aNewJob();
    await engine.jobs.record(job);
    const first = await engine.jobs.claim(job.id, ALICE, LEASE_SECONDS);
    await engine.jobs.askForCopy(first.outcome === 'claimed' ? first.lease : expect.fail());
    await engine.jobs.claim(job.id, BOB, LEASE_SECONDS);
    jump(clock);
    expect(await engine.jobs.claim(job.id, CAROL, LEASE_SECONDS)).toEqual({
      outcome: 'held',
      expiresAtMs: clock.unixMs + LEASE_SECONDS * 1000,
    });
    elapse(LEASE_SECONDS);
    expect(await engine.jobs.claim(job.id, ALICE, LEASE_SECONDS)).toMatchObject({ outcome: 'claimed' });
  });

  it('leaves the job with a live agent', async () => {
    const job = aNewJob();
    await engine.jobs.record(job);
    const first = await engine.jobs.claim(job.id, ALICE, LEASE_SECONDS);
    jump(clock);
    const held = first.outcome === 'claimed' ? first.lease : expect.fail();
    expect((await engine.jobs.extend(held, LEASE_SECONDS)).expiresAtMs).toBe(clock.unixMs + LEASE_SECONDS * 1000);
    expect(await engine.jobs.claim(job.id, BOB, LEASE_SECONDS)).toMatchObject({ outcome: 'held' });
  });

  it('finds the job whose message was lost', async () => {
    const job = aNewJob();
    await engine.jobs.record(job);
    await engine.jobs.markEnqueued([job.id]);
    jump(clock);
    elapse(61);
    expect((await engine.jobs.strandedJobs(60)).map(({ id }) => id)).toEqual([job.id]);
  });
});
