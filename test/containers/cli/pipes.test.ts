import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { makeProvingJobId, sha256Of, epochIdOf } from '../../../shared/proving-job/proving-job-id.ts';
import { PROGRAM } from '../../fixtures/run-coppice.ts';
import { seedFleet } from '../../fixtures/seed-fleet.ts';

/** Their text is longer than what a pipe holds, 64 KiB. */
const MORE_JOBS = 800;

describe('output through a pipe', () => {
  let workingDirectory: string;
  beforeEach(async () => {
    workingDirectory = mkdtempSync(path.join(tmpdir(), 'coppice-pipes-'));
    const engine = openEmbeddedEngine({
      dataDirectory: path.join(workingDirectory, 'data/coppice'),
      leaseSeconds: 120,
    });
    const seeded = (await seedFleet({ engine, nowMs: Date.now, elapse: async () => undefined })) as [JobRecord];
    const [{ id: seededId, rangeId, circuit, pool, lane, networkVersion, inputs }] = seeded;
    for (let number = 0; number < MORE_JOBS; number += 1) {
      const id = makeProvingJobId(epochIdOf(seededId), circuit, sha256Of(new TextEncoder().encode(String(number))));
      await engine.jobs.record({ id, rangeId, circuit, pool, lane, networkVersion, inputs, children: [] });
    }
    await engine.close();
  });
  afterEach(() => rmSync(workingDirectory, { recursive: true }));

  /** Runs `coppice … | reader` in a shell: Node's own children get sockets instead of pipes. */
  async function piped(
    commandLine: string,
    reader: string,
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const script = `"${process.execPath}" -- "${PROGRAM}" ${commandLine} | ${reader}; exit \${PIPESTATUS[0]}`;
    const shell = spawn('bash', ['-c', script], {
      cwd: workingDirectory,
      env: { PATH: process.env['PATH'], HOME: workingDirectory },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const code = new Promise<number | null>((resolve) => shell.once('close', resolve));
    const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
    return { code: await code, stdout, stderr };
  }

  it('is complete when the command ends, however slowly it is read', async () => {
    const { code, stdout } = await piped('jobs 7 --json', '(sleep 0.2; cat)');
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { jobs: unknown[] }).jobs.length).toBeGreaterThan(MORE_JOBS);
  });

  it('reports output that a full disk does not take', async () => {
    const { code, stderr } = await piped('status > /dev/full', 'cat');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^coppice: the output is not complete: ENOSPC[^\n]*\n$/);
  });

  it.each(['jobs 7 --json', 'jobs 7'])('ends quietly when the reader has enough: coppice %s', async (commandLine) => {
    const { code, stdout, stderr } = await piped(commandLine, 'head -1');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toHaveLength(2);
  });
});
