import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { CIRCUIT_CATALOGUE, type CircuitName, isNative } from '../../../shared/proving-job/circuit-catalogue.ts';
import { memoryOfProof } from '../../../shared/proving-job/circuit-memory.ts';
import type { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';

export interface ProofMemoryOptions {
  /** Memory that this agent may count on, in MiB. */
  readonly agentMib: number;
  /** Memory that all agents of this machine, or container, share. */
  readonly machineMib: number;
  /** Where they write down what they take. @default a file in `/tmp`, of this user */
  readonly file?: string;
}

/** What takes memory: the proof of a job, or the measurement of how fast `bb` is. */
type Taker = ProvingJobId | 'speed';

const BUSY_TIMEOUT_MS = 10_000;

/**
 * Keeps the agents of one machine from taking more proofs than fit into its memory. Each writes down what its proof takes; what
 * a process has written counts for as long as the process lives.
 */
export class ProofMemory {
  readonly #options: ProofMemoryOptions;
  readonly #database: DatabaseSync;
  readonly #held = new Map<Taker, number>();
  readonly #startedAt = startOf(process.pid) ?? '';

  constructor(options: ProofMemoryOptions) {
    this.#options = options;
    const file = options.file ?? path.join('/tmp', `coppice-proof-memory-${process.getuid?.() ?? 0}.db`);
    this.#database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    this.#database.exec(
      'create table if not exists agent (pid integer primary key, started_at text not null, mib integer not null) strict',
    );
  }

  /**
   * Takes the memory for a proof of the circuit. A job that is claimed during another's proof shares its memory, since an agent
   * makes one proof at a time.
   * @returns whether it is there; circuits of other families than Aztec's always fit
   */
  take(taker: Taker, circuit: CircuitName): boolean {
    if (!isNative(circuit) || CIRCUIT_CATALOGUE[circuit].family !== 'aztec') return true;
    return this.#alone(() => {
      const { agentMib, machineMib } = this.#options;
      const freeMib = Math.min(agentMib, machineMib - this.#takenByOthers());
      const mib = memoryOfProof(circuit);
      if (mib > freeMib) return false;
      this.#held.set(taker, mib);
      this.#write();
      return true;
    });
  }

  /** Gives it back; does nothing where none was taken. */
  giveBack(taker: Taker): void {
    if (this.#held.delete(taker)) this.#alone(() => this.#write());
  }

  close(): void {
    this.#held.clear();
    this.#alone(() => this.#write());
    this.#database.close();
  }

  #write(): void {
    const mib = Math.max(0, ...this.#held.values());
    this.#database
      .prepare('insert or replace into agent (pid, started_at, mib) values (?, ?, ?)')
      .run(process.pid, this.#startedAt, mib);
  }

  #takenByOthers(): number {
    const others = this.#database.prepare('select pid, started_at, mib from agent where pid <> ?').all(process.pid);
    let taken = 0;
    for (const { pid, started_at: startedAt, mib } of others) {
      if (startOf(Number(pid)) === startedAt) taken += Number(mib);
      else this.#database.prepare('delete from agent where pid = ?').run(Number(pid));
    }
    return taken;
  }

  #alone<Result>(work: () => Result): Result {
    this.#database.exec('begin immediate');
    try {
      const result = work();
      this.#database.exec('commit');
      return result;
    } catch (error) {
      this.#database.exec('rollback');
      throw error;
    }
  }
}

/** When the process with that id began, by the system: ids are reused. `undefined` when no process has it. */
function startOf(pid: number): string | undefined {
  try {
    // The name of a program, in parentheses, may hold anything.
    const [, afterName = ''] = /^.*\)\s(.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return afterName.split(' ')[19];
  } catch {
    return isAlive(pid) ? 'unknown' : undefined;
  }
}

/** Where the system has no `/proc`. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
