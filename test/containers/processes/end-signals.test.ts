import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { afterEach, describe, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../fixtures/end-signal-process.ts', import.meta.url));

describe('endSignal', () => {
  let child: ChildProcess;
  let said: string[];
  afterEach(() => child.kill('SIGKILL'));

  async function start({ isSupervised }: { isSupervised: boolean }): Promise<void> {
    said = [];
    child = spawn(process.execPath, [SCRIPT], {
      stdio: ['pipe', 'pipe', 'inherit', ...(isSupervised ? ['ipc' as const] : [])],
    });
    child.stdout?.on('data', (text: Buffer) => said.push(...text.toString().trim().split('\n')));
    await hears('ready');
  }
  const hears = (line: string, times = 1): Promise<void> =>
    expect.poll(() => said.filter((other) => other === line).length).toBeGreaterThanOrEqual(times);
  async function interrupt(times: number): Promise<void> {
    child.kill('SIGINT');
    await hears('interrupted', times);
  }
  async function setClock(nowMs: number): Promise<void> {
    child.stdin?.write(String(nowMs));
    await hears(`it is ${nowMs}`);
  }

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('aborts at %s', async (signal) => {
    await start({ isSupervised: false });
    child.kill(signal);
    await hears('aborted');
  });

  it('counts a Ctrl-C that arrives twice as one, and exits at once when it is pressed again', async () => {
    await start({ isSupervised: false });
    await interrupt(1);
    await setClock(900);
    await interrupt(2);
    expect(said.filter((line) => line === 'aborted')).toHaveLength(1);

    await setClock(1100);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
  });

  it('ignores Ctrl-C in a supervised process, and aborts when the supervisor has ended', async () => {
    await start({ isSupervised: true });
    await interrupt(1);
    expect(said).not.toContain('aborted');
    child.disconnect();
    await hears('aborted');
  });
});
