import { describe, expect, it } from 'vitest';

import { ReadCache } from '../../../containers/console/read/read-cache.ts';

const GOOD_MS = 1_000;

describe('what was read of a fleet', () => {
  let nowMs = 0;
  let reads = 0;
  const read = async (): Promise<number> => ++reads;
  const open = (): ReadCache => {
    [nowMs, reads] = [0, 0];
    return new ReadCache(() => nowMs);
  };

  it('is read once for all callers, also for those who come while it is being read', async () => {
    const cache = open();
    const wanted = Array.from({ length: 3 }, () => cache.read('a', () => GOOD_MS, read));
    expect(await Promise.all(wanted)).toEqual([1, 1, 1]);
    nowMs = GOOD_MS - 1;
    expect(await cache.read('a', () => GOOD_MS, read)).toBe(1);
    expect(await cache.read('b', () => GOOD_MS, read)).toBe(2);
  });

  it('is read again once it has expired, which depends on what it is', async () => {
    const cache = open();
    const goodForMs = (value: number): number => value * GOOD_MS;
    await cache.read('a', goodForMs, read);
    nowMs = GOOD_MS;
    expect(await cache.read('a', goodForMs, read)).toBe(2);
    nowMs = 3 * GOOD_MS - 1;
    expect(await cache.read('a', goodForMs, read)).toBe(2);
    nowMs = 3 * GOOD_MS;
    expect(await cache.read('a', goodForMs, read)).toBe(3);
  });

  it('is read again for the next caller after a read that failed', async () => {
    const cache = open();
    const fail = (): Promise<number> => Promise.reject(new Error('no network'));
    await expect(cache.read('a', () => GOOD_MS, fail)).rejects.toThrow('no network');
    expect(await cache.read('a', () => GOOD_MS, read)).toBe(1);
  });

  it('is there while it is read and while it is good, and is then forgotten', async () => {
    const cache = open();
    expect(cache.has('a')).toBe(false);
    const value = cache.read('a', () => GOOD_MS, read);
    expect(cache.has('a')).toBe(true);
    await value;
    nowMs = GOOD_MS - 1;
    expect(cache.has('a')).toBe(true);
    nowMs = GOOD_MS;
    expect(cache.has('a')).toBe(false);
  });
});
