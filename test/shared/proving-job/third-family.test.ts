import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runCoppice } from '../../fixtures/run-coppice.ts';

const EPOCH = '2000000000';
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/third-family/${name}`, import.meta.url));
/** One more line in the list of families, in the process and in every one that it starts. */
const NODE_OPTIONS = `--import=${fixture('add-third-family.mjs')}`;

describe('a third family: a catalogue and a prover, and no change anywhere else', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'coppice-third-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('is queued, proven by an agent, recorded with its edges, and shown by tree, jobs and status', async () => {
    const program = spawn(process.execPath, [fixture('prove-dummy-epoch.ts'), path.join(directory, 'coppice'), EPOCH], {
      env: { PATH: process.env['PATH'], NODE_OPTIONS },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let proof = '';
    program.stdout.on('data', (chunk: Buffer) => (proof += chunk.toString()));
    expect(await once(program, 'close')).toEqual([0, null]);
    expect(proof).toMatch(/^DUMMY_TRUNK ,DUMMY_FORK ,DUMMY_FORK ,DUMMY_TWIG 0,DUMMY_TWIG 1,.*DUMMY_TWIG 4$/);

    const coppice = async (...words: string[]): Promise<string> => {
      const surroundings = { environment: { NODE_OPTIONS }, workingDirectory: directory };
      const { code, stdout, stderr } = await runCoppice([...words, '--data-directory', directory], surroundings);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout;
    };
    const [tree, jobs, status] = await Promise.all([
      coppice('tree', EPOCH),
      coppice('jobs', '--circuit', 'DUMMY_FORK'),
      coppice('status'),
    ]);
    expect(tree.split('\n').map((line) => line.split(/ {2,}/).slice(0, 3).join(' ').trim())).toEqual(
      expect.arrayContaining(['trunk 1 1', 'forks 3 3', 'twigs 5 5', 'total 9 9']),
    );
    expect(tree).toContain('5 leaves, attempt 1, dummy-1');
    expect(jobs).toContain(`${EPOCH}:DUMMY_FORK:`);
    expect(status).toMatch(/2000000000 +submitting +5 leaves +9 of 9 jobs proven/);
  });

  it('can be asked for where it is not in the list', async () => {
    const { stderr } = await runCoppice(['jobs', '--circuit', 'DUMMY_FORK'], { workingDirectory: directory });
    expect(stderr).not.toContain('DUMMY_FORK');
    const misspelt = await runCoppice(['jobs', '--circuit', 'dummy fork'], { workingDirectory: directory });
    expect(misspelt).toMatchObject({ code: 2, stderr: expect.stringContaining('dummy fork') as string });
  });
});
