import { describe, expect, it } from 'vitest';

import { expectedSecondsOf } from '../../../shared/proving-job/expected-seconds.ts';
import { speedClassOf } from '../../../shared/proving-job/speed-class.ts';

const VERSION = '4.1.2';

describe('the speed of a machine', () => {
  it('is one class with those that are about as fast', () => {
    expect([0.9, 1, 1.1].map(speedClassOf)).toEqual([1, 1, 1]);
    expect([0.5, 1.4, 3.8, 8].map(speedClassOf)).toEqual([0.5, 1.41, 4, 8]);
  });
});

describe('the expected time of a job', () => {
  it('is the catalogue’s where the speed is not known', () => {
    expect(expectedSecondsOf('ROOT_ROLLUP', VERSION, undefined)).toBe(93);
  });

  it('is what the circuit was measured to take, at the agent’s speed', () => {
    expect(expectedSecondsOf('ROOT_ROLLUP', VERSION, speedClassOf(1))).toBe(351.4);
    expect(expectedSecondsOf('ROOT_ROLLUP', VERSION, speedClassOf(4))).toBeCloseTo(87.85);
  });

  it('of a circuit that was not measured is the catalogue’s, in the ratio of the measured ones', () => {
    const rootRatio = 351.4 / 93;
    expect(expectedSecondsOf('TX_MERGE_ROLLUP', VERSION, speedClassOf(1))).toBeCloseTo(rootRatio * 10);
  });

  it('of other families does not depend on the speed of Aztec’s bb', () => {
    expect(expectedSecondsOf('CANARY_LEAF', VERSION, speedClassOf(4))).toBe(2);
  });
});
