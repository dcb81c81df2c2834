import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { supervise, type SupervisedProcess, type SupervisionPolicy } from '../../../containers/processes/supervise.ts';

const POLICY: SupervisionPolicy = {
  firstRestartMs: 1,
  longestRestartMs: 4,
  recoveredAfterMs: 600_000,
  maxCrashes: 5,
  killAfterMs: 60_000,
};

/** Parts of the processes' scripts. */
const STAY = 'setInterval(() => {}, 1000);';
const END_WELL = "process.on('SIGTERM', () => process.exit(0));";
const IGNORE_SIGTERM = "process.on('SIGTERM', () => {});";

describe('supervise', () => {
  let directory: string;
  let stop: AbortController;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'coppice-supervise-'));
    stop = new AbortController();
  });
  afterEach(() => {
    // A failed test must not leave processes running either.
    stop.abort();
    rmSync(directory, { recursive: true });
  });

  /** A process that adds a line with its id to its file, then runs the script. */
  function aProcess(name: string, script: string): SupervisedProcess {
    const file = path.join(directory, `${name}.cjs`);
    const log = JSON.stringify(fileOf(name));
    writeFileSync(file, `${script}\nrequire('node:fs').appendFileSync(${log}, process.pid + '\\n');`);
    return { name, nodeArguments: [file], environment: {} };
  }
  const fileOf = (name: string): string => path.join(directory, `${name}.log`);
  const pidsOf = (name: string): number[] =>
    existsSync(fileOf(name)) ? readFileSync(fileOf(name), 'utf8').trim().split('\n').map(Number) : [];
  const run = (processes: readonly SupervisedProcess[], policy: Partial<SupervisionPolicy> = {}): Promise<number> =>
    supervise(
      processes,
      { ...POLICY, ...policy },
      { log: pino({ level: 'silent' }), signal: stop.signal, nowMs: Date.now },
    );

  it('keeps its processes running until it is stopped, and stops them', async () => {
    const code = run([aProcess('a', END_WELL + STAY), aProcess('b', END_WELL + STAY)]);
    await expect.poll(() => pidsOf('a').length === 1 && pidsOf('b').length === 1).toBe(true);
    stop.abort();
    expect(await code).toBe(0);
    expect([...pidsOf('a'), ...pidsOf('b')].filter(isRunning)).toEqual([]);
  });

  it('restarts a process that was killed, and leaves the others alone', async () => {
    const code = run([aProcess('a', END_WELL + STAY), aProcess('b', END_WELL + STAY)]);
    await expect.poll(() => pidsOf('a').length === 1 && pidsOf('b').length === 1).toBe(true);
    process.kill(pidsOf('a')[0]!, 'SIGKILL');
    await expect.poll(() => pidsOf('a').length === 2).toBe(true);
    expect(pidsOf('b')).toHaveLength(1);
    stop.abort();
    expect(await code).toBe(0);
  });

  it('stops all processes when one keeps crashing', async () => {
    const code = await run([aProcess('crashes', 'process.exitCode = 1;'), aProcess('b', END_WELL + STAY)]);
    expect(code).toBe(1);
    expect(pidsOf('crashes')).toHaveLength(POLICY.maxCrashes);
    expect(pidsOf('b').filter(isRunning)).toEqual([]);
  });

  it.each([2, 3])('stops all processes at once when one exits with code %i: it cannot run here', async (code) => {
    const processes = [aProcess('hopeless', `process.exitCode = ${code};`), aProcess('b', END_WELL + STAY)];
    expect(await run(processes)).toBe(code);
    expect(pidsOf('hopeless')).toHaveLength(1);
    expect(pidsOf('b').filter(isRunning)).toEqual([]);
  });

  it('kills a process that does not stop in time, and returns 1', async () => {
    const code = run([aProcess('stubborn', IGNORE_SIGTERM + STAY)], { killAfterMs: 50 });
    await expect.poll(() => pidsOf('stubborn').length === 1).toBe(true);
    stop.abort();
    expect(await code).toBe(1);
    expect(pidsOf('stubborn').filter(isRunning)).toEqual([]);
  });

  it('starts nothing after it is stopped, even while it waits to restart a process', async () => {
    const code = run([aProcess('crashes', 'process.exitCode = 1;')], {
      firstRestartMs: 600_000,
      longestRestartMs: 600_000,
    });
    await expect.poll(() => pidsOf('crashes').length === 1 && !isRunning(pidsOf('crashes')[0]!)).toBe(true);
    stop.abort();
    expect(await code).toBe(0);
    expect(pidsOf('crashes')).toHaveLength(1);
  });

  it('starts nothing when it was stopped before', async () => {
    stop.abort();
    expect(await run([aProcess('a', STAY)])).toBe(0);
    expect(pidsOf('a')).toEqual([]);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
