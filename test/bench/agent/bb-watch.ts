import fs from 'node:fs';

import { descendantsOf, listProcesses } from '../../../containers/processes/process-table.ts';

const SAMPLE_MS = 10;

/**
 * Watches the `bb` below a process from outside. It is at work while one of its threads runs, or waits only for a core. Time
 * in which `bb` waits for the agent does not count, whatever the agent calls it.
 */
export class BbWatch {
  readonly #bbPid: number;
  readonly #timer: NodeJS.Timeout;
  #samples = 0;
  #atWork = 0;

  constructor(agentPid: number) {
    const bb = descendantsOf(agentPid, listProcesses()).find(({ pid }) => commandOf(pid) === 'bb');
    if (bb === undefined) throw new Error(`process ${agentPid} has started no bb`);
    this.#bbPid = bb.pid;
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  /** The share of the time so far in which `bb` was at work, 0 to 1. */
  stop(): number {
    clearInterval(this.#timer);
    return this.#atWork / Math.max(1, this.#samples);
  }

  #sample(): void {
    this.#samples += 1;
    const tasks = `/proc/${this.#bbPid}/task`;
    if (fs.readdirSync(tasks).some((task) => isRunning(`${tasks}/${task}/stat`))) this.#atWork += 1;
  }
}

function isRunning(statFile: string): boolean {
  try {
    const stat = fs.readFileSync(statFile, 'utf8');
    return /^[RD]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    // A thread that has just ended.
    return false;
  }
}

function commandOf(pid: number): string | undefined {
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}
