/** Shares of the drain time: until the first, proofs may finish; until the second, unfinished jobs are given back. */
const FINISH_SHARE = 0.85;
const GIVE_BACK_SHARE = 0.95;

/** The time that an agent has between its stop signal and its end. */
export class Drain {
  /** Aborts when the agent takes no more work. */
  readonly stop: AbortSignal;
  readonly #finished = new AbortController();
  readonly #left = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #nowMs: () => number;
  readonly #drainMs: number;
  #stoppedAtMs = 0;

  constructor(stop: AbortSignal, drainSeconds: number, nowMs: () => number) {
    this.stop = stop;
    this.#drainMs = drainSeconds * 1000;
    this.#nowMs = nowMs;
    if (stop.aborted) this.#begin();
    else stop.addEventListener('abort', () => this.#begin(), { once: true });
  }

  hasBegun(): boolean {
    return this.stop.aborted;
  }

  /** Aborts when unfinished jobs must be given back. */
  get giveBack(): AbortSignal {
    return this.#finished.signal;
  }

  /** Aborts when the agent leaves, even with unfinished jobs: their leases will end. */
  get leave(): AbortSignal {
    return this.#left.signal;
  }

  /** How long a proof may still take, in milliseconds. */
  finishLeftMs(): number {
    return this.#stoppedAtMs + this.#drainMs * FINISH_SHARE - this.#nowMs();
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #begin(): void {
    this.#stoppedAtMs = this.#nowMs();
    this.#timers.push(
      setTimeout(() => this.#finished.abort('the agent stops'), this.#drainMs * FINISH_SHARE),
      setTimeout(() => this.#left.abort('the agent stops'), this.#drainMs * GIVE_BACK_SHARE),
    );
  }
}
