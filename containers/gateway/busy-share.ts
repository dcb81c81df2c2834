import { repeatEvery } from '../../shared/retry/repeat-every.ts';
import type { BbTime } from './bb-processes.ts';

/** `bb` works with all cores, or with one: below this share of one it waits. */
const BUSY_CORES = 0.1;
const SAMPLE_MS = 2_000;
/** Samples of the last ten minutes. */
const MOST_SAMPLES = 300;

export interface BusyShareDeps {
  readonly readBbTime: (agentPid: number | undefined) => Promise<BbTime | undefined>;
  /** Whether the agent has a job. */
  readonly hasJob: () => boolean;
  /** A clock that only goes forward, in milliseconds. */
  readonly steadyMs: () => number;
}

/**
 * The share of the last ten minutes in which the agent proved, seen from outside: `bb` was at work where it is visible, else the
 * agent had a job.
 */
export class BusyShare {
  readonly #deps: BusyShareDeps;
  #samples: boolean[] = [];
  #bb: (BbTime & { readonly atMs: number }) | undefined;

  constructor(deps: BusyShareDeps) {
    this.#deps = deps;
  }

  /** From 0 to 1; `undefined` before the first sample. */
  get share(): number | undefined {
    const busy = this.#samples.filter(Boolean).length;
    return this.#samples.length === 0 ? undefined : Math.round((busy / this.#samples.length) * 1000) / 1000;
  }

  /** Takes samples until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await repeatEvery(SAMPLE_MS, () => this.sample(), signal);
  }

  async sample(): Promise<void> {
    const { readBbTime, hasJob, steadyMs } = this.#deps;
    const before = this.#bb;
    const found = await readBbTime(before?.agentPid);
    const atMs = steadyMs();
    this.#bb = found && { ...found, atMs };
    const isBusy =
      found !== undefined && before?.agentPid === found.agentPid
        ? found.cpuSeconds - before.cpuSeconds > (BUSY_CORES * (atMs - before.atMs)) / 1000
        : hasJob();
    this.#samples = [...this.#samples, isBusy].slice(-MOST_SAMPLES);
  }
}
