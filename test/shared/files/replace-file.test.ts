import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { replaceFile } from '../../../shared/files/replace-file.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coppice-replace-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('replaces a file, and makes its folder', async () => {
  const path = join(directory, 'a', 'list.json');
  await replaceFile(path, 'first');
  await replaceFile(path, 'second');
  expect(await readFile(path, 'utf8')).toBe('second');
  expect(await readdir(join(directory, 'a'))).toEqual(['list.json']);
});

it('keeps what was there and leaves nothing beside it when it fails', async () => {
  const path = join(directory, 'taken');
  await mkdir(join(path, 'inside'), { recursive: true });
  await expect(replaceFile(path, 'text')).rejects.toThrow();
  expect(await readdir(directory)).toEqual(['taken']);
  expect(await readdir(path)).toEqual(['inside']);
});
