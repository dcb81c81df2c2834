import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { checkEngine } from '../../../../../containers/cli/start/checks/check-engine.ts';
import { checkAgents, checkSource } from '../../../../../containers/cli/start/checks/check-fleet.ts';
import { exitCodeOf, type RoleFinding } from '../../../../../containers/cli/start/checks/role-finding.ts';
import { openEmbeddedEngine } from '../../../../../shared/engine/embedded/embedded-engine.ts';
import type { AgentRecord } from '../../../../../shared/ledger/agent-registry.ts';

describe('the check of the embedded engine', () => {
  let dataDirectory: string;
  beforeEach(() => (dataDirectory = path.join(mkdtempSync(path.join(tmpdir(), 'coppice-engine-')), 'coppice')));
  afterEach(() => rmSync(path.dirname(dataDirectory), { recursive: true }));

  async function check(directory = dataDirectory): Promise<readonly RoleFinding[]> {
    return checkEngine({
      engineOptions: { engine: 'embedded', dataDirectory: directory, leaseSeconds: 30 },
      reads: ['ledger', 'queues'],
    });
  }

  it('makes no folder and no database', async () => {
    const findings = await check();
    expect(findings.map(({ state }) => state)).not.toContain('missing');
    expect(findings.at(-1)?.detail).toContain('is new and will be made');
    expect(existsSync(dataDirectory)).toBe(false);
  });

  it('reads a database that a fleet has left', async () => {
    await openEmbeddedEngine({ dataDirectory, leaseSeconds: 30 }).close();
    expect((await check()).at(-1)).toMatchObject({ state: 'ready' });
  });

  it('finds a database that is damaged: this machine is unfit until it is mended', async () => {
    await openEmbeddedEngine({ dataDirectory, leaseSeconds: 30 }).close();
    const file = path.join(dataDirectory, 'coppice.sqlite');
    writeFileSync(
      file,
      'no database at all, and longer than a header of SQLite would be, which is a hundred bytes long',
    );
    const findings = await check();
    expect(findings.at(-1)).toMatchObject({ subject: 'database', state: 'missing', fault: 'machine' });
    expect(findings.at(-1)?.detail).toContain(`database ${file} is damaged`);
    expect(exitCodeOf(findings)).toBe(3);
  });

  it('finds a path that leads through a file', async () => {
    const file = path.join(path.dirname(dataDirectory), 'a-file');
    writeFileSync(file, '');
    expect(exitCodeOf(await check(file))).toBe(3);
  });

  it('says where no node has worked, and where no agent is', async () => {
    const engine = openEmbeddedEngine({ dataDirectory, leaseSeconds: 30 });
    expect(await checkSource(engine)).toMatchObject([{ state: 'warning', subject: 'source of jobs' }]);
    expect(await checkAgents(engine, '4.1.2')).toMatchObject([
      { state: 'warning', detail: 'none was seen in the last 120 s' },
    ]);
    await engine.close();
  });

  it.each([
    ['4.1.2', 'ready', '1 of Aztec 4.1.2'],
    ['6.0.0', 'warning', '1 of 1 are of Aztec 6.0.0: they leave jobs of 4.1.2 to others'],
  ])('compares agents of %s with the version of the jobs', async (networkVersion, state, detail) => {
    const agents = {
      seenWithin: async () => [{ networkVersion, state: 'idle' } as AgentRecord],
      report: async () => undefined,
    };
    expect(await checkAgents({ agents, scaler: undefined }, '4.1.2')).toMatchObject([{ state, detail }]);
  });
});
