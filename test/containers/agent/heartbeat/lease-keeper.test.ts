import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { LeaseKeeper, type LeasePair } from '../../../../containers/agent/heartbeat/lease-keeper.ts';
import type { Engine } from '../../../../shared/engine/engine.ts';
import { AgentId } from '../../../../shared/ledger/job-ledger.ts';
import { TestFleet } from '../../../fixtures/test-fleet.ts';
import { epochIdOf } from '../../../../shared/proving-job/proving-job-id.ts';

const LEASE_SECONDS = 30;
const HEARTBEAT_SECONDS = 10;
const KEY = 1;
const FOREVER_MS = Infinity;

describe('keeping leases', () => {
  let fleet: TestFleet;
  let engine: Engine;
  let leases: LeasePair;
  let extended: LeasePair[];
  let lost: string[];
  let keeper: LeaseKeeper;
  /** What an extension of the ledger's or the queue's lease meets before it reaches the engine. */
  let meet: { jobs: () => Promise<void>; queue: () => Promise<void> };

  beforeEach(async () => {
    vi.useFakeTimers();
    fleet = await TestFleet.open({ leaseSeconds: LEASE_SECONDS });
    engine = fleet.engine;
    const jobId = await fleet.addJob({ act: 'prove' });
    const queueLease = await engine.queue.claim(['medium'], { waitSeconds: 0 });
    const answer = await engine.jobs.claim(jobId, AgentId.parse('ours'), LEASE_SECONDS);
    if (queueLease === undefined || answer.outcome !== 'claimed') throw new Error('the job was not claimed');
    leases = { queueLease, jobLease: answer.lease };
    extended = [];
    lost = [];
    meet = { jobs: async () => undefined, queue: async () => undefined };
    const { jobs, queue } = engine;
    keeper = new LeaseKeeper(
      { leaseSeconds: LEASE_SECONDS, heartbeatSeconds: HEARTBEAT_SECONDS },
      {
        engine: {
          jobs: Object.assign(Object.create(jobs) as typeof jobs, {
            extend: async (lease: LeasePair['jobLease'], leaseSeconds: number) => {
              await meet.jobs();
              return await jobs.extend(lease, leaseSeconds);
            },
          }),
          queue: Object.assign(Object.create(queue) as typeof queue, {
            extend: async (lease: LeasePair['queueLease']) => {
              await meet.queue();
              return await queue.extend(lease);
            },
          }),
        },
        nowMs: Date.now,
        onExtended: (_key, pair) => extended.push(pair),
        onLost: (_key, reason) => lost.push(reason),
      },
    );
  });

  afterEach(async () => {
    keeper.dropAll();
    vi.useRealTimers();
    await fleet.close();
  });

  const elapse = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000);
  const outage = async (): Promise<void> => {
    throw new Error('the disk is full');
  };

  it('extends the lease of the job and of its message at every heartbeat', async () => {
    keeper.keep(KEY, leases, FOREVER_MS);
    await elapse(10 * LEASE_SECONDS);

    expect(lost).toEqual([]);
    expect(extended).toHaveLength((10 * LEASE_SECONDS) / HEARTBEAT_SECONDS);
    const last = extended.at(-1)!;
    expect(last.jobLease.expiresAtMs).toBe(Date.now() + LEASE_SECONDS * 1000);
    expect(last.queueLease.expiresAtMs).toBe(Date.now() + LEASE_SECONDS * 1000);
    expect(await engine.jobs.claim(last.jobLease.jobId, AgentId.parse('theirs'), 1)).toMatchObject({ outcome: 'held' });
  });

  it('a ledger that cannot be reached for less than the lease loses no lease, and is tried again soon', async () => {
    meet.jobs = outage;
    keeper.keep(KEY, leases, FOREVER_MS);
    await elapse(LEASE_SECONDS - 1.5);
    meet.jobs = async () => undefined;
    await elapse(2);

    expect(lost).toEqual([]);
    expect(extended).toHaveLength(1);
    await elapse(LEASE_SECONDS);
    expect(lost).toEqual([]);
  });

  it('a ledger that cannot be reached for several leases loses none: the job is still ours when it is back', async () => {
    meet.jobs = outage;
    keeper.keep(KEY, leases, FOREVER_MS);
    await elapse(3 * LEASE_SECONDS);
    expect(extended).toEqual([]);
    meet.jobs = async () => undefined;
    await elapse(HEARTBEAT_SECONDS);

    expect(lost).toEqual([]);
    expect(extended.at(-1)?.jobLease.expiresAtMs).toBeGreaterThan(Date.now());
    const { jobId } = leases.jobLease;
    expect(await engine.jobs.claim(jobId, AgentId.parse('theirs'), 1)).toMatchObject({ outcome: 'held' });
  });

  it('a ledger that never responds loses no lease, and is tried again', async () => {
    meet.jobs = () => new Promise(() => undefined);
    keeper.keep(KEY, leases, FOREVER_MS);
    await elapse(3 * LEASE_SECONDS);
    meet.jobs = async () => undefined;
    await elapse(2 * HEARTBEAT_SECONDS);

    expect(lost).toEqual([]);
    expect(extended).not.toEqual([]);
  });

  it('a job that another agent claimed during an outage is a loss at the first heartbeat after it', async () => {
    meet.jobs = outage;
    keeper.keep(KEY, leases, FOREVER_MS);
    await elapse(LEASE_SECONDS + 1);
    const { jobId } = leases.jobLease;
    const claim = await engine.jobs.claim(jobId, AgentId.parse('theirs'), LEASE_SECONDS);
    expect(lost).toEqual([]);
    meet.jobs = async () => undefined;
    await elapse(HEARTBEAT_SECONDS);

    expect(claim.outcome).toBe('claimed');
    expect(lost).toEqual([`lease lost for proving job ${jobId}`]);
  });

  it('a job that was taken away is a loss at the next heartbeat', async () => {
    keeper.keep(KEY, leases, FOREVER_MS);
    await engine.jobs.cancelEpoch(epochIdOf(leases.jobLease.jobId), 'a reorg took it');
    await elapse(HEARTBEAT_SECONDS);

    expect(lost).toEqual([`lease lost for proving job ${leases.jobLease.jobId}`]);
  });

  it('a message that was lost, or cannot be extended, loses no lease: the ledger decides', async () => {
    keeper.keep(KEY, leases, FOREVER_MS);
    await engine.queue.complete(leases.queueLease);
    await elapse(2 * LEASE_SECONDS);
    meet.queue = outage;
    await elapse(2 * LEASE_SECONDS);

    expect(lost).toEqual([]);
  });

  it('a job that takes longer than any may is given up', async () => {
    keeper.keep(KEY, leases, Date.now() + 45_000);
    await elapse(49);
    expect(lost).toEqual([]);
    await elapse(1);

    expect(lost).toEqual(['the job took longer than any proof may']);
  });

  it('a dropped lease is left alone, and the drop waits for the extension under way', async () => {
    let letGo = (): void => undefined;
    meet.jobs = () => new Promise((resolve) => (letGo = resolve));
    keeper.keep(KEY, leases, FOREVER_MS);
    await elapse(HEARTBEAT_SECONDS);

    let hasDropped = false;
    const dropping = keeper.drop(KEY).then(() => (hasDropped = true));
    await elapse(1);
    expect(hasDropped).toBe(false);
    letGo();
    await dropping;
    await elapse(10 * LEASE_SECONDS);

    expect(extended).toEqual([]);
    expect(lost).toEqual([]);
  });
});
