import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import { runCoppice, startCoppice } from '../../../fixtures/run-coppice.ts';

describe('coppice console', () => {
  let folder: string;
  let running: ReturnType<typeof startCoppice> | undefined;
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'coppice-console-'));
    await openEmbeddedEngine({ dataDirectory: path.join(folder, 'data/coppice'), leaseSeconds: 60 }).close();
  });
  afterEach(async () => {
    running?.child.kill('SIGKILL');
    await running?.result;
    running = undefined;
    rmSync(folder, { recursive: true });
  });

  it('serves a fleet on this machine alone until it is stopped, and says where', async () => {
    const commandLine = ['console', '--data-directory', 'data'];
    running = startCoppice(commandLine, { workingDirectory: folder });
    const { child, result } = running;
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(line.toString()) ?? [];
    const fleet = await fetch(new URL('api/fleet', url));
    expect(await fleet.json()).toMatchObject({ engine: 'embedded', agents: { total: 0 } });

    const { port } = new URL(url);
    const second = await runCoppice([...commandLine, '--port', port, '--host', '0.0.0.0'], {
      workingDirectory: folder,
    });
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(
      'the console listens beyond this machine: anyone who reaches it can read what the fleet does, since it asks for no password',
    );
    expect(second.stderr).toContain(
      `cannot listen on 0.0.0.0, port ${port} (EADDRINUSE): stop the program that listens there, or give another ` +
        '--port (COPPICE_CONSOLE_PORT) or --host (COPPICE_CONSOLE_HOST)',
    );

    child.kill('SIGTERM');
    expect(await result).toMatchObject({ code: 130, stderr: '' });
  });
});
