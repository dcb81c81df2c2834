import { pause } from '../../../shared/retry/pause.ts';
import type { QueueHabits } from './queue-habits.ts';

/** A claim looks once more when its wait is over: it has to be over before the tick, also on a busy machine. */
const STEP_ASIDE_MS = 100;

/**
 * Leaves messages to agents that want them. An agent that only hid what it refuses would race for it again when it comes
 * back, and might win every time. So refused messages come back at ticks of the clock, the same for all agents, and an
 * agent that has refused one claims nothing just then.
 */
export class Deference {
  readonly #habits: Pick<QueueHabits, 'shortestClaimSeconds' | 'wayFreeMs'>;
  readonly #nowMs: () => number;
  /** The last tick at which a message refused here comes back, by the interval of its ticks in milliseconds. */
  readonly #lastTickMs = new Map<number, number>();

  constructor(habits: Pick<QueueHabits, 'shortestClaimSeconds' | 'wayFreeMs'>, nowMs: () => number) {
    this.#habits = habits;
    this.#nowMs = nowMs;
  }

  /** Seconds for which to hide a refused message: to a tick that is one to two intervals away. */
  hideSeconds(intervalSeconds: number): number {
    const nowMs = this.#nowMs();
    const intervalMs = intervalSeconds * 1000;
    const tickMs = (Math.floor(nowMs / intervalMs) + 2) * intervalMs;
    this.#lastTickMs.set(intervalMs, tickMs);
    return (tickMs - nowMs) / 1000;
  }

  /** Lets a tick pass, if there is one, and answers for how much of `waitSeconds` a claim may wait until the next. */
  async giveWay(waitSeconds: number, signal: AbortSignal): Promise<number> {
    const { shortestClaimSeconds, wayFreeMs } = this.#habits;
    let leftMs = this.#leftMs();
    while (leftMs <= shortestClaimSeconds * 1000 && !signal.aborted) {
      await pause(leftMs + STEP_ASIDE_MS + wayFreeMs, signal);
      leftMs = this.#leftMs();
    }
    return Math.min(waitSeconds, leftMs / 1000);
  }

  /** How long a claim may wait from now. */
  #leftMs(): number {
    return this.#nextTickMs() - STEP_ASIDE_MS - this.#nowMs();
  }

  /** The tick that others are to have first, or that comes next; infinite when nothing was refused. */
  #nextTickMs(): number {
    const nowMs = this.#nowMs();
    const nextTicksMs = [...this.#lastTickMs].map(([intervalMs, lastTickMs]) => {
      const tickMs = (Math.floor((nowMs - this.#habits.wayFreeMs) / intervalMs) + 1) * intervalMs;
      return tickMs <= lastTickMs ? tickMs : Infinity;
    });
    return Math.min(...nextTicksMs);
  }
}
