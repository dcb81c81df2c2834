import { expect, it } from 'vitest';

import { bbThreadsFor } from '../../../shared/proving-job/bb-threads.ts';

it('gives bb many threads for circuits whose sums it gets wrong with few', () => {
  expect(bbThreadsFor('PARITY_ROOT', 2)).toBe(2);
  expect(bbThreadsFor('ROOT_ROLLUP', 2)).toBe(96);
  expect(bbThreadsFor('CHECKPOINT_ROOT_ROLLUP', 128)).toBe(128);
});
