import { performance } from 'node:perf_hooks';

import { BbWatch } from './bb-watch.ts';

/** Leaves that are proven before the measurement: bb starts, reads its reference string, and the agent learns how long a leaf takes. */
export const WARM_UP_LEAVES = 4;

/** How an agent performed on a backlog. */
export interface BacklogResult {
  readonly leaves: number;
  readonly seconds: number;
  /** The share of that time with `bb` at work, 0 to 1; `undefined` when it was not watched. */
  readonly bbShare: number | undefined;
}

/** Measures an agent from the end of its warm-up until the last of its leaves is settled. */
export class BacklogMeter {
  readonly #agentPid: number | undefined;
  readonly #leaves: number;
  #settled = 0;
  #startedAtMs = 0;
  #watch: BbWatch | undefined;

  /**
   * @param agentPid the agent whose `bb` is watched, if any
   * @param leaves all of them, the warm-up's included
   */
  constructor(agentPid: number | undefined, leaves: number) {
    this.#agentPid = agentPid;
    this.#leaves = leaves;
  }

  /** To be called for every leaf that is settled. Returns the result after the last one. */
  onSettled(): BacklogResult | undefined {
    this.#settled += 1;
    if (this.#settled === WARM_UP_LEAVES) {
      this.#startedAtMs = performance.now();
      if (this.#agentPid !== undefined) this.#watch = new BbWatch(this.#agentPid);
    }
    if (this.#settled < this.#leaves) return undefined;
    const seconds = (performance.now() - this.#startedAtMs) / 1000;
    return { leaves: this.#leaves - WARM_UP_LEAVES, seconds, bbShare: this.#watch?.stop() };
  }
}
