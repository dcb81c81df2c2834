import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readLastLines } from '../../../containers/processes/read-last-lines.ts';

describe('readLastLines', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coppice-lines-'));
    file = join(directory, 'node.log');
  });

  afterEach(async () => rm(directory, { recursive: true }));

  it('gives the end of a file, without empty lines', async () => {
    await writeFile(file, 'one\ntwo\n\nthree\n\n');
    expect(readLastLines(file, 2)).toEqual(['two', 'three']);
    expect(readLastLines(file, 9)).toEqual(['one', 'two', 'three']);
  });

  it('does not read the whole of a long file, and gives no half line', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} ${'.'.repeat(20)}`);
    await writeFile(file, lines.join('\n'));
    expect(readLastLines(file, 2)).toEqual(lines.slice(-2));
    expect(lines).toContain(readLastLines(file, 100_000)[0]);
  });

  it('gives nothing of a file that is not there', () => {
    expect(readLastLines(file, 2)).toEqual([]);
  });
});
