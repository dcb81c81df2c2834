import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ProofMemory } from '../../../../containers/agent/memory/proof-memory.ts';
import { memoryOfProof } from '../../../../shared/proving-job/circuit-memory.ts';
import { ProvingJobId } from '../../../../shared/proving-job/proving-job-id.ts';

const jobOf = (circuit: string, digit = '0'): ProvingJobId => ProvingJobId.parse(`7:${circuit}:${digit.repeat(64)}`);
const ROOT = jobOf('ROOT_ROLLUP');
const PARITY = jobOf('PARITY_BASE');
const rootMib = memoryOfProof('ROOT_ROLLUP');
const parityMib = memoryOfProof('PARITY_BASE');

describe('the memory of a machine’s proofs', () => {
  let directory: string;
  let file: string;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'coppice-memory-'));
    file = path.join(directory, 'memory.db');
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const open = (machineMib: number, agentMib = machineMib): ProofMemory =>
    new ProofMemory({ file, machineMib, agentMib });

  /** What another agent with this process id has written down. */
  const writeOther = (pid: number, startedAt: string, mib: number): void => {
    const database = new DatabaseSync(file);
    database.prepare('insert into agent (pid, started_at, mib) values (?, ?, ?)').run(pid, startedAt, mib);
    database.close();
  };
  const startOf = (pid: number): string => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[19]!;

  it('takes a proof that fits, and no other', () => {
    expect(open(rootMib).take(ROOT, 'ROOT_ROLLUP')).toBe(true);
    expect(open(rootMib - 1).take(ROOT, 'ROOT_ROLLUP')).toBe(false);
  });

  it('takes no more than the agent’s own share', () => {
    expect(open(rootMib, parityMib).take(ROOT, 'ROOT_ROLLUP')).toBe(false);
    expect(open(rootMib, parityMib).take(PARITY, 'PARITY_BASE')).toBe(true);
  });

  it('leaves what other agents have taken, until they end', async () => {
    const memory = open(rootMib + parityMib - 1);
    const other = spawn('sleep', ['600']);
    writeOther(other.pid!, startOf(other.pid!), rootMib);

    expect(memory.take(PARITY, 'PARITY_BASE')).toBe(false);

    other.kill('SIGKILL');
    await once(other, 'exit');
    expect(memory.take(PARITY, 'PARITY_BASE')).toBe(true);
  });

  it('does not count an agent whose process id another program has by now', () => {
    const memory = open(parityMib);
    writeOther(process.ppid, 'long ago', parityMib);

    expect(memory.take(PARITY, 'PARITY_BASE')).toBe(true);
  });

  it('writes down the larger of a proof and of the job that waits for it, until each ends', () => {
    const memory = open(2 * rootMib);
    const written = (): number => {
      const database = new DatabaseSync(file);
      const { mib } = database.prepare('select mib from agent').get() as { mib: number };
      database.close();
      return mib;
    };

    memory.take(ROOT, 'ROOT_ROLLUP');
    memory.take(PARITY, 'PARITY_BASE');
    expect(written()).toBe(rootMib);
    memory.giveBack(ROOT);
    expect(written()).toBe(parityMib);
    memory.giveBack(PARITY);
    expect(written()).toBe(0);
  });

  it('counts only Aztec’s circuits', () => {
    expect(open(1).take(jobOf('CANARY_ROOT'), 'CANARY_ROOT')).toBe(true);
  });
});
