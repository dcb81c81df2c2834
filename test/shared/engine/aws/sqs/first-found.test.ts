import { describe, expect, it } from 'vitest';

import {
  firstFound,
  HEAD_START_MS,
  headStartEndsAtMs,
  type Search,
} from '../../../../../shared/engine/aws/sqs/first-found.ts';

const NOW_MS = 10_000;
const underWay = (forMs: number): Search => ({ state: 'under way', beganAtMs: NOW_MS - forMs });
const fresh = underWay(HEAD_START_MS - 1);
const stale = underWay(HEAD_START_MS);
const notBegun: Search = { state: 'under way', beganAtMs: undefined };
const ended: Search = { state: 'ended', beganAtMs: NOW_MS };
const found: Search = { state: 'found', beganAtMs: NOW_MS };

describe('firstFound', () => {
  it.each([
    ['nothing, when nothing was found', [stale, fresh, ended, undefined], undefined],
    ['the best of two', [ended, found, { ...found }], 1],
    [
      'one when all better searches have been under way for a while, or have ended',
      [stale, ended, undefined, found],
      3,
    ],
    ['nothing yet, while a better one has just begun', [stale, fresh, found], undefined],
    ['nothing yet, while a better one is about to begin', [notBegun, found], undefined],
    ['one without regard to those of lower rank', [found, fresh, notBegun], 0],
  ])('takes %s', (_, ranked, index) => {
    expect(firstFound(ranked, NOW_MS)).toBe(index === undefined ? undefined : ranked[index]);
  });
});

describe('headStartEndsAtMs', () => {
  it('is over when every search has had its head start, found something or ended', () => {
    expect(headStartEndsAtMs([stale, ended, found, undefined], NOW_MS)).toBeLessThanOrEqual(NOW_MS);
    expect(headStartEndsAtMs([], NOW_MS)).toBeLessThan(NOW_MS);
  });

  it('lasts as long as the head start of the search that began last', () => {
    expect(headStartEndsAtMs([underWay(200), underWay(50), stale], NOW_MS)).toBe(NOW_MS - 50 + HEAD_START_MS);
    expect(headStartEndsAtMs([underWay(50), notBegun], NOW_MS)).toBe(NOW_MS + HEAD_START_MS);
  });
});
