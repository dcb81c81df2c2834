import { describe, expect, it } from 'vitest';

import { Turns } from '../../../shared/retry/turns.ts';

describe('Turns', () => {
  it('runs so many at a time, the others in the order in which they came', async () => {
    const turns = new Turns(2);
    const works = Array.from({ length: 5 }, () => Promise.withResolvers<undefined>());
    const begun: number[] = [];
    const all = works.map(({ promise }, number) =>
      turns.take(async () => {
        begun.push(number);
        await promise;
        return number;
      }),
    );
    await new Promise(setImmediate);
    expect(begun).toEqual([0, 1]);
    works[1]!.resolve(undefined);
    await all[1];
    expect(begun).toEqual([0, 1, 2]);
    for (const { resolve } of works) resolve(undefined);
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3, 4]);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
  });

  it('passes the turn of work that failed on', async () => {
    const turns = new Turns(1);
    const failing = turns.take(() => Promise.reject(new Error('out of reach')));
    const next = turns.take(() => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('out of reach');
    expect(await next).toBe('done');
    expect(await turns.take(() => Promise.resolve('done later'))).toBe('done later');
  });

  it('refuses a number that would let nothing run', () => {
    expect(() => new Turns(0)).toThrow('allow at least 1');
    expect(() => new Turns(Number.NaN)).toThrow('allow at least 1');
  });
});
