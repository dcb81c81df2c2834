import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Deference } from '../../../../containers/agent/job/deference.ts';

const NEVER = new AbortController().signal;

describe('leaving messages to agents that want them', () => {
  let deference: Deference;

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_800_000_000_300 });
    deference = new Deference({ shortestClaimSeconds: 0, wayFreeMs: 100 }, Date.now);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  /** Milliseconds into the minute. */
  const now = (): number => Date.now() - 1_800_000_000_000;

  it('changes nothing for an agent that refuses nothing', async () => {
    expect(await deference.giveWay(20, NEVER)).toBe(20);
    expect(now()).toBe(300);
  });

  it('brings refused messages back at ticks, whenever they were refused', () => {
    expect(deference.hideSeconds(1)).toBeCloseTo(1.7);
    vi.setSystemTime(1_800_000_000_999);
    expect(deference.hideSeconds(1)).toBeCloseTo(1.001);
    expect(deference.hideSeconds(15)).toBeCloseTo(29.001);
  });

  it('waits for jobs up to the tick, lets the others go first, and then waits on', async () => {
    deference.hideSeconds(1);
    expect(await deference.giveWay(20, NEVER)).toBeCloseTo(0.6);

    vi.setSystemTime(1_800_000_002_000);
    const waitSeconds = deference.giveWay(20, NEVER);
    await vi.advanceTimersByTimeAsync(99);
    const hasGone = await Promise.race([waitSeconds, Promise.resolve('not yet')]);
    await vi.advanceTimersByTimeAsync(1);

    expect(hasGone).toBe('not yet');
    expect(await waitSeconds).toBe(20);
    expect(now()).toBe(2100);
  });

  it('claims nothing before a tick that comes sooner than the shortest claim ends', async () => {
    deference = new Deference({ shortestClaimSeconds: 1, wayFreeMs: 500 }, Date.now);
    deference.hideSeconds(5);
    vi.setSystemTime(1_800_000_003_000);
    expect(await deference.giveWay(20, NEVER)).toBeCloseTo(1.9);

    vi.setSystemTime(1_800_000_009_000);
    const waitSeconds = deference.giveWay(20, NEVER);
    await vi.advanceTimersByTimeAsync(1_499);
    expect(now()).toBe(10_499);
    await vi.advanceTimersByTimeAsync(1);
    expect(await waitSeconds).toBe(20);
  });

  it('waits for no tick when it is told to stop', async () => {
    deference = new Deference({ shortestClaimSeconds: 1, wayFreeMs: 500 }, Date.now);
    deference.hideSeconds(5);
    vi.setSystemTime(1_800_000_009_000);
    const stop = new AbortController();
    const waiting = deference.giveWay(20, stop.signal);
    stop.abort();
    await waiting;
    expect(now()).toBe(9_000);
  });

  it('gives way at every tick at which something it refused comes back', async () => {
    deference.hideSeconds(1);
    vi.setSystemTime(1_800_000_001_500);
    deference.hideSeconds(1);

    for (const tick of [2000, 3000]) {
      vi.setSystemTime(1_800_000_000_000 + tick);
      const waiting = deference.giveWay(20, NEVER);
      await vi.advanceTimersByTimeAsync(100);
      await waiting;
      expect(now()).toBe(tick + 100);
    }
    vi.setSystemTime(1_800_000_004_000);
    expect(await deference.giveWay(20, NEVER)).toBe(20);
  });
});
