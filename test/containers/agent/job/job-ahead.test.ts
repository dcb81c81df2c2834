import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { ClaimedJob } from '../../../../containers/agent/job/claimed-job.ts';
import { JobAhead } from '../../../../containers/agent/job/job-ahead.ts';
import { pino } from 'pino';

const PROOF_MS = 10_000;

describe('claiming a job ahead', () => {
  let waiting: number;
  let looks: number;
  let claims: number;
  let released: ClaimedJob[];
  let prepared: ClaimedJob[];
  let lost: AbortController;
  let ahead: JobAhead;
  let anAhead: (lookAgainMs: number) => JobAhead;

  beforeEach(() => {
    vi.useFakeTimers();
    waiting = 5;
    looks = 0;
    claims = 0;
    released = [];
    prepared = [];
    lost = new AbortController();
    const job = { kept: { lost: lost.signal } } as ClaimedJob;
    anAhead = (lookAgainMs) =>
      new JobAhead(
        { leadSeconds: 2, holdSeconds: 4, lookAgainMs },
        {
          claimer: {
            claim: async () => {
              claims += 1;
              return job;
            },
          },
          outlook: {
            look: async () => {
              looks += 1;
              return { waiting, otherAgents: 1 };
            },
          },
          returns: { release: async () => void released.push(job) },
          prepare: (held) => void prepared.push(held),
          log: pino({ level: 'silent' }),
          nowMs: Date.now,
        },
      );
    ahead = anAhead(200);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('waits until the proof under way is near its end, then holds one job until it is taken', async () => {
    ahead.begin(PROOF_MS);
    await vi.advanceTimersByTimeAsync(PROOF_MS - 2001);
    expect({ looks, claims }).toEqual({ looks: 0, claims: 0 });
    await vi.advanceTimersByTimeAsync(2000);
    expect(claims).toBe(1);
    expect(prepared).toHaveLength(1);

    expect(await ahead.take()).toBeDefined();
    expect(await ahead.take()).toBeUndefined();
    expect(released).toEqual([]);
  });

  it('leaves the last jobs to agents that are free, and looks again while more may come', async () => {
    waiting = 1;
    ahead.begin(PROOF_MS);
    await vi.advanceTimersByTimeAsync(PROOF_MS);
    expect(claims).toBe(0);
    waiting = 2;
    await vi.advanceTimersByTimeAsync(200);
    expect(claims).toBe(1);
  });

  it('looks once for each proof where a look is paid for', async () => {
    waiting = 1;
    ahead = anAhead(Infinity);
    ahead.begin(PROOF_MS);
    await vi.advanceTimersByTimeAsync(PROOF_MS);
    expect(looks).toBe(1);
    waiting = 5;
    await vi.advanceTimersByTimeAsync(60_000);
    expect({ looks, claims }).toEqual({ looks: 1, claims: 0 });
    expect(await ahead.take()).toBeUndefined();

    ahead.begin(PROOF_MS);
    await vi.advanceTimersByTimeAsync(PROOF_MS);
    expect({ looks, claims }).toEqual({ looks: 2, claims: 1 });
  });

  it('gives the job back, once, when the proof under way takes much longer than expected', async () => {
    ahead.begin(PROOF_MS);
    await vi.advanceTimersByTimeAsync(PROOF_MS + 60_000);

    expect(claims).toBe(1);
    expect(released).toHaveLength(1);
    expect(await ahead.take()).toBeUndefined();
  });

  it('lets go of a job whose lease was lost while it waited', async () => {
    ahead.begin(PROOF_MS);
    await vi.advanceTimersByTimeAsync(PROOF_MS);
    lost.abort();
    await vi.advanceTimersByTimeAsync(1);

    expect(released).toHaveLength(1);
    expect(await ahead.take()).toBeUndefined();
  });

  it('claims nothing beside the first proof of a circuit: nobody knows how long it takes', async () => {
    ahead.begin(undefined);
    await vi.advanceTimersByTimeAsync(60_000);

    expect(await ahead.take()).toBeUndefined();
    expect(claims).toBe(0);
  });

  it('claims nothing when the proof ends before', async () => {
    ahead.begin(PROOF_MS);
    await vi.advanceTimersByTimeAsync(1000);

    expect(await ahead.take()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(claims).toBe(0);
  });
});
