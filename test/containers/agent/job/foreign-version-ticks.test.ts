import { expect, it } from 'vitest';

import { ForeignVersionTicks } from '../../../../containers/agent/job/foreign-version-ticks.ts';

it('hides messages of another version for longer the more of them come, until few come', () => {
  let nowMs = 0;
  const ticks = new ForeignVersionTicks(() => nowMs);
  const next = (messages: number): number[] => Array.from({ length: messages }, () => ticks.nextSeconds());

  expect(new Set(next(100))).toEqual(new Set([15]));
  expect(new Set(next(100))).toEqual(new Set([30]));
  next(300);
  expect(new Set(next(1000))).toEqual(new Set([240]));
  nowMs += 60_000;
  expect(ticks.nextSeconds()).toBe(15);
});
