import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import { runCoppice, type CoppiceResult } from '../../../fixtures/run-coppice.ts';
import { seedFleet } from '../../../fixtures/seed-fleet.ts';

describe('coppice drill', () => {
  let workingDirectory: string;
  beforeEach(() => {
    workingDirectory = mkdtempSync(path.join(tmpdir(), 'coppice-drill-'));
  });
  afterEach(() => rmSync(workingDirectory, { recursive: true }));

  function drill(commandLine: string): Promise<CoppiceResult> {
    return runCoppice(['drill', ...commandLine.split(' ')], { workingDirectory });
  }

  async function seed(): Promise<void> {
    let agoMs = 33_000;
    const nowMs = (): number => Date.now() - agoMs;
    const dataDirectory = path.join(workingDirectory, 'data', 'coppice');
    const engine = openEmbeddedEngine({ dataDirectory, leaseSeconds: 120, nowMs });
    await seedFleet({ engine, nowMs, elapse: async (seconds) => void (agoMs -= seconds * 1000) });
    await engine.close();
  }

  it('lists the faults without a fleet', async () => {
    const { code, stdout } = await drill('--list');
    expect(code).toBe(0);
    expect(stdout).toContain('duplicate-message  send the message of a job that is being proven a second time\n');
    expect(stdout).toMatch(/\nfail-rpc .* needs COPPICE_DRILLS=allowed\n/);
  });

  it('says what it would do, and does nothing before it is confirmed', async () => {
    await seed();
    const dryRun = await drill('duplicate-message --min-margin 0 --dry-run');
    expect(dryRun).toMatchObject({ code: 0, stderr: '' });
    expect(dryRun.stdout).toContain('Fault     a job that is being proven has its message sent a second time\n');
    const unconfirmed = await drill('duplicate-message --min-margin 0');
    expect(unconfirmed.code).toBe(1);
    expect(unconfirmed.stderr).toContain(
      'no drill now: cannot ask without a terminal: confirm it with --yes-inject-fault',
    );
    const near = await drill('duplicate-message --yes-inject-fault');
    expect(near.code).toBe(1);
    expect(near.stderr).toMatch(
      /no drill now: epoch 7 has (only \S+ min \S+ s|nothing left) between its predicted root/,
    );
  });
});
