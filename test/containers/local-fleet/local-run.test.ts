import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { LocalRun } from '../../../containers/local-fleet/local-run.ts';
import { FleetProcessEndedError } from '../../../containers/processes/fleet-process.ts';
import { InterruptedError } from '../../../containers/processes/interrupts.ts';
import { PlainOutput } from '../../../containers/terminal/plain-output.ts';

describe('LocalRun', () => {
  let printed: string;
  let interrupt: AbortController;
  let run: LocalRun;

  beforeEach(() => {
    printed = '';
    interrupt = new AbortController();
    const output = new PlainOutput((text) => void (printed += text), Date.now);
    run = new LocalRun('devnet', output, interrupt.signal);
  });

  const interrupted = (): Promise<never> => {
    const error = new InterruptedError('SIGINT');
    interrupt.abort(error);
    return Promise.reject(error);
  };

  it('ends with 0 when its work is done', async () => {
    expect(await run.toEnd(() => Promise.resolve())).toBe(0);
    expect(printed).toBe('');
  });

  it('ends with 1 when its work fails, and prints why and how to continue', async () => {
    run.setResumeHint('run it again');
    expect(await run.toEnd(() => Promise.reject(new Error('no L1')))).toBe(1);
    expect(printed).toBe('coppice devnet: no L1\nrun it again\n');
  });

  it('quotes the last lines of a process that ended', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'coppice-run-'));
    const log = join(directory, 'agent-1.log');
    await writeFile(log, 'first\nlast\n');
    await run.toEnd(() => Promise.reject(new FleetProcessEndedError('agent-1', 'ended with code 3', log)));
    expect(printed).toContain('agent-1 ended with code 3');
    expect(printed).toContain('Its last lines:\n  first\n  last\n');
    await rm(directory, { recursive: true });
  });

  it('ends with 130 when it is interrupted, and prints how to continue and that nothing is left running', async () => {
    run.setResumeHint('run it again');
    expect(await run.toEnd(interrupted)).toBe(130);
    expect(printed).toMatch(/^run it again\n.*all processes have stopped\n$/);
  });

  it('ends with 0 when it is interrupted after its work was done', async () => {
    run.markDone();
    expect(await run.toEnd(interrupted)).toBe(0);
  });

  it('stops what it started, the last first, even when one of them cannot be stopped', async () => {
    const stopped: string[] = [];
    for (const name of ['chain', 'network', 'fleet']) {
      run.onStop(() => {
        stopped.push(name);
        return name === 'network' ? Promise.reject(new Error('it hangs')) : Promise.resolve();
      });
    }
    expect(await run.toEnd(() => Promise.resolve())).toBe(0);
    expect(stopped).toEqual(['fleet', 'network', 'chain']);
    expect(printed).toContain('stopping failed: it hangs');
  });

  it('kills processes that its work left running', async () => {
    const child = spawn('sleep', ['600']);
    const ended = once(child, 'exit');
    await run.toEnd(() => Promise.resolve());
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(printed).toContain('killed 1 process that did not stop');
  });
});
