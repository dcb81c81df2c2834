import { expect, it } from 'vitest';

import { suggest } from '../../../shared/config/suggest.ts';

it('completes the beginning of a word, with the shortest that begins so', () => {
  const known = ['data-directory-size', 'data-directory', 'engine'];
  expect(suggest('data-dir', known)).toBe('data-directory');
  expect(suggest('DATA_DIR', known)).toBe('data-directory');
  expect(suggest('en', known)).toBeUndefined();
  expect(suggest('foo', known)).toBeUndefined();
});

it('prefers a word with a slip to one that is longer', () => {
  expect(suggest('lease', ['leases-of-all-agents', 'leaze'])).toBe('leaze');
});
