import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { ClaimedJob } from '../../../../containers/agent/job/job-claimer.ts';
import { PrefetchedJob } from '../../../../containers/agent/job/prefetched-job.ts';
import { pino } from 'pino';

const PROOF_MS = 10_000;

describe('claiming a job ahead', () => {
  let waiting: number;
  let reads: number;
  let claims: number;
  let releases: number;
  let prepared: ClaimedJob[];
  let lost: AbortController;
  let prefetched: PrefetchedJob;
  let open: (prefetchPollMs: number) => PrefetchedJob;

  beforeEach(() => {
    vi.useFakeTimers();
    waiting = 5;
    reads = 0;
    claims = 0;
    releases = 0;
    prepared = [];
    lost = new AbortController();
    const held = { lost: lost.signal, release: async () => void (releases += 1) };
    const job = { held } as unknown as ClaimedJob;
    open = (prefetchPollMs) =>
      new PrefetchedJob(
        { leadSeconds: 2, holdSeconds: 4, prefetchPollMs },
        {
          claimer: {
            claim: async () => {
              claims += 1;
              return job;
            },
          },
          outlook: {
            read: async () => {
              reads += 1;
              return { waiting, otherAgents: 1 };
            },
          },
          prepare: (claimed) => void prepared.push(claimed),
          log: pino({ level: 'silent' }),
          nowMs: Date.now,
        },
      );
    prefetched = open(200);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('waits until the proof under way is near its end, then holds one job until it is taken', async () => {
    prefetched.begin(PROOF_MS);
    await vi.advanceTimersByTimeAsync(PROOF_MS - 2001);
    expect({ reads, claims }).toEqual({ reads: 0, claims: 0 });
    await vi.advanceTimersByTimeAsync(2000);
    expect(claims).toBe(1);
    expect(prepared).toHaveLength(1);

    expect(await prefetched.take()).toBeDefined();
    expect(await prefetched.take()).toBeUndefined();
    expect(releases).toBe(0);
  });

  it('leaves the last jobs to free agents, and reads the counts again while more may come', async () => {
    waiting = 1;
    prefetched.begin(PROOF_MS);
    await vi.advanceTimersByTimeAsync(PROOF_MS);
    expect(claims).toBe(0);
    waiting = 2;
    await vi.advanceTimersByTimeAsync(200);
    expect(claims).toBe(1);
  });

  it('reads the counts once per proof where reads are billed', async () => {
    waiting = 1;
    prefetched = open(Infinity);
    prefetched.begin(PROOF_MS);
    await vi.advanceTimersByTimeAsync(PROOF_MS);
    expect(reads).toBe(1);
    waiting = 5;
    await vi.advanceTimersByTimeAsync(60_000);
    expect({ reads, claims }).toEqual({ reads: 1, claims: 0 });
    expect(await prefetched.take()).toBeUndefined();

    prefetched.begin(PROOF_MS);
    await vi.advanceTimersByTimeAsync(PROOF_MS);
    expect({ reads, claims }).toEqual({ reads: 2, claims: 1 });
  });

  it('releases the job, once, when the proof under way takes much longer than expected', async () => {
    prefetched.begin(PROOF_MS);
    await vi.advanceTimersByTimeAsync(PROOF_MS + 60_000);

    expect(claims).toBe(1);
    expect(releases).toBe(1);
    expect(await prefetched.take()).toBeUndefined();
  });

  it('releases a job whose lease was lost while it waited', async () => {
    prefetched.begin(PROOF_MS);
    await vi.advanceTimersByTimeAsync(PROOF_MS);
    lost.abort();
    await vi.advanceTimersByTimeAsync(1);

    expect(releases).toBe(1);
    expect(await prefetched.take()).toBeUndefined();
  });

  it('claims nothing during the first proof of a circuit, whose duration is unknown', async () => {
    prefetched.begin(undefined);
    await vi.advanceTimersByTimeAsync(60_000);

    expect(await prefetched.take()).toBeUndefined();
    expect(claims).toBe(0);
  });

  it('claims nothing when the proof ends early', async () => {
    prefetched.begin(PROOF_MS);
    await vi.advanceTimersByTimeAsync(1000);

    expect(await prefetched.take()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(claims).toBe(0);
  });
});
