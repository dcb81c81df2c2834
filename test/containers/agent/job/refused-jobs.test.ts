import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { RefusedJobs } from '../../../../containers/agent/job/refused-jobs.ts';

const NEVER = new AbortController().signal;

describe('an agent that refuses messages', () => {
  let refused: RefusedJobs;

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_800_000_000_300 });
    refused = new RefusedJobs({ shortestClaimSeconds: 0, headStartMs: 100 }, Date.now);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  /** Milliseconds into the minute. */
  const now = (): number => Date.now() - 1_800_000_000_000;

  it('waits for nothing as long as it has refused none', async () => {
    expect(await refused.letOthersGoFirst(20, NEVER)).toBe(20);
    expect(now()).toBe(300);
  });

  it('hides them until a tick, whenever they were refused', () => {
    expect(refused.hideSeconds(1)).toBeCloseTo(1.7);
    vi.setSystemTime(1_800_000_000_999);
    expect(refused.hideSeconds(1)).toBeCloseTo(1.001);
    expect(refused.hideSeconds(15)).toBeCloseTo(29.001);
  });

  it('claims up to the tick, lets other agents go first, and then claims again', async () => {
    refused.hideSeconds(1);
    expect(await refused.letOthersGoFirst(20, NEVER)).toBeCloseTo(0.6);

    vi.setSystemTime(1_800_000_002_000);
    const waitSeconds = refused.letOthersGoFirst(20, NEVER);
    await vi.advanceTimersByTimeAsync(99);
    const hasGone = await Promise.race([waitSeconds, Promise.resolve('not yet')]);
    await vi.advanceTimersByTimeAsync(1);

    expect(hasGone).toBe('not yet');
    expect(await waitSeconds).toBe(20);
    expect(now()).toBe(2100);
  });

  it('claims nothing before a tick that comes sooner than the shortest claim ends', async () => {
    refused = new RefusedJobs({ shortestClaimSeconds: 1, headStartMs: 500 }, Date.now);
    refused.hideSeconds(5);
    vi.setSystemTime(1_800_000_003_000);
    expect(await refused.letOthersGoFirst(20, NEVER)).toBeCloseTo(1.9);

    vi.setSystemTime(1_800_000_009_000);
    const waitSeconds = refused.letOthersGoFirst(20, NEVER);
    await vi.advanceTimersByTimeAsync(1_499);
    expect(now()).toBe(10_499);
    await vi.advanceTimersByTimeAsync(1);
    expect(await waitSeconds).toBe(20);
  });

  it('waits for no tick when it stops', async () => {
    refused = new RefusedJobs({ shortestClaimSeconds: 1, headStartMs: 500 }, Date.now);
    refused.hideSeconds(5);
    vi.setSystemTime(1_800_000_009_000);
    const stop = new AbortController();
    const waiting = refused.letOthersGoFirst(20, stop.signal);
    stop.abort();
    await waiting;
    expect(now()).toBe(9_000);
  });

  it('lets others go first at every tick at which a refused message reappears', async () => {
    refused.hideSeconds(1);
    vi.setSystemTime(1_800_000_001_500);
    refused.hideSeconds(1);

    for (const tick of [2000, 3000]) {
      vi.setSystemTime(1_800_000_000_000 + tick);
      const waiting = refused.letOthersGoFirst(20, NEVER);
      await vi.advanceTimersByTimeAsync(100);
      await waiting;
      expect(now()).toBe(tick + 100);
    }
    vi.setSystemTime(1_800_000_004_000);
    expect(await refused.letOthersGoFirst(20, NEVER)).toBe(20);
  });
});
