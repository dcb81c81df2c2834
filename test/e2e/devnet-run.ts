import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import {
  descendantsOf,
  killAll,
  listProcesses,
  type ProcessEntry,
  stillAlive,
} from '../../containers/processes/process-table.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const SAMPLE_MS = 250;

/** A run of an npm script, with its output piped, and all the processes that were ever seen below it. */
export class DevnetRun {
  readonly #child: ChildProcess;
  readonly #seen = new Map<string, ProcessEntry>();
  readonly #sampling: NodeJS.Timeout;
  #output = '';
  #main: ProcessEntry | undefined;

  constructor(flags: readonly string[], script: 'start' | 'canary' = 'start') {
    const manifest = JSON.parse(readFileSync(`${PROJECT}/package.json`, 'utf8')) as {
      scripts: Record<typeof script, string>;
    };
    // What `npm run <script> -- <flags>` runs.
    const command = [manifest.scripts[script], ...flags.map((flag) => `'${flag}'`)].join(' ');
    this.#child = spawn(command, { shell: true, cwd: PROJECT, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    }
    this.#sampling = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  /** Everything it wrote so far, to stdout and stderr. */
  get output(): string {
    return this.#output;
  }

  get lines(): readonly string[] {
    return this.#output.split('\n');
  }

  /** Processes that were seen below it at any time. */
  get seen(): readonly ProcessEntry[] {
    return [...this.#seen.values()];
  }

  /** Those of them that are alive now. */
  stillAlive(): readonly ProcessEntry[] {
    return stillAlive(this.seen);
  }

  async exitCode(): Promise<number | null> {
    if (this.#child.exitCode === null) await once(this.#child, 'close');
    clearInterval(this.#sampling);
    return this.#child.exitCode;
  }

  /** Sends a signal to the run itself, which is neither a shell nor the launcher; not any more when it has ended. */
  signal(signal: NodeJS.Signals): void {
    this.#main ??= this.#findMain();
    if (stillAlive([this.#main]).length > 0) process.kill(this.#main.pid, signal);
  }

  /** For a test that fails: leaves nothing behind. */
  killAll(): void {
    clearInterval(this.#sampling);
    this.#sample();
    killAll(this.stillAlive());
  }

  /** The parent of most. */
  #findMain(): ProcessEntry {
    this.#sample();
    const alive = this.stillAlive();
    const childrenOf = ({ pid }: ProcessEntry): number => alive.filter(({ parentPid }) => parentPid === pid).length;
    const [main] = alive.toSorted((left, right) => childrenOf(right) - childrenOf(left));
    if (main === undefined) throw new Error('the run has ended');
    return main;
  }

  #sample(): void {
    const processes = listProcesses();
    const root = processes.filter(({ pid }) => pid === this.#child.pid);
    for (const entry of [...root, ...descendantsOf(this.#child.pid ?? 0, processes)]) {
      this.#seen.set(`${entry.pid} ${entry.startedAt}`, entry);
    }
  }
}
