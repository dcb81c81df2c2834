import { setTimeout as sleep } from 'node:timers/promises';

/** Without any progress for so long, a run does not end: many times what any step takes, on a busy machine too. */
const PATIENCE_SECONDS = 240;
const POLL_MS = 1000;

/** Ends a wait that makes no progress, however long one that does may take. */
export class Patience {
  readonly #describe: () => Promise<string>;
  #secondsLeft = PATIENCE_SECONDS;

  /** @param describe what there is so far, in a line */
  constructor(describe: () => Promise<string>) {
    this.#describe = describe;
  }

  /** Call it with each step forward. */
  restart(): void {
    this.#secondsLeft = PATIENCE_SECONDS;
  }

  /** @throws {Error} in three lines, when the work is not done and nothing has gone forward for too long. */
  async during(work: Promise<void>, trouble: string): Promise<void> {
    this.restart();
    const done = new AbortController();
    try {
      await Promise.race([work, this.#untilLost(trouble, done.signal)]);
    } finally {
      done.abort();
    }
  }

  async #untilLost(trouble: string, signal: AbortSignal): Promise<void> {
    // Counted in ticks of this process: a machine that stood still has not used any up.
    for (; this.#secondsLeft > 0; this.#secondsLeft -= 1) await sleep(POLL_MS, undefined, { signal });
    throw new Error(
      `${trouble}, and nothing has happened for ${PATIENCE_SECONDS} s\n` +
        `${await this.#describe()}\n` +
        'CHAOS_SEED of the title has the same run again',
    );
  }
}
