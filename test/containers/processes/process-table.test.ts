import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { describe, expect, it } from 'vitest';

import { descendantsOf, killAll, listProcesses, stillAlive } from '../../../containers/processes/process-table.ts';

/** A process that starts another, says its id, and waits. */
const PARENT = `
  const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true });
  console.log(child.pid);
  setInterval(() => {}, 1000);
`;

describe('the process table', () => {
  it('finds what a process has started, also in other groups, and what is left of it', async () => {
    const parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const grandchildPid = Number(said.toString());

    const started = descendantsOf(process.pid, listProcesses()).filter(
      ({ pid }) => pid === parent.pid || pid === grandchildPid,
    );
    expect(started.map(({ pid }) => pid).sort()).toEqual([parent.pid, grandchildPid].sort());

    const exited = once(parent, 'exit');
    parent.kill('SIGKILL');
    await exited;
    expect(stillAlive(started).map(({ pid }) => pid)).toEqual([grandchildPid]);

    killAll(started);
    await expect.poll(() => stillAlive(started)).toEqual([]);
  });

  it('does not take a later process of the same id for the one that has ended', () => {
    const own = listProcesses().find(({ pid }) => pid === process.pid)!;
    expect(stillAlive([own])).toEqual([own]);
    expect(stillAlive([{ ...own, startedAt: 'long ago' }])).toEqual([]);
  });
});
