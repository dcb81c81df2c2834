import { expect, it } from 'vitest';

import { MemoryNote } from '../../../shared/l1-watch/memory-note.ts';

it('a note in memory is replaced only by a run that has read it', async () => {
  const note = new MemoryNote<string>();
  expect(await note.find()).toEqual({ value: undefined, version: undefined });
  expect(await note.replace('first', undefined)).toBe(true);
  expect(await note.replace('late', undefined)).toBe(false);
  const { value, version } = await note.find();
  expect(value).toBe('first');
  expect(await note.replace('second', version)).toBe(true);
  expect(await note.find()).toMatchObject({ value: 'second' });
});
