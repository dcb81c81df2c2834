import { pause } from '../../../shared/retry/pause.ts';
import type { PollingPolicy } from './polling-policy.ts';

/** A claim polls once more when its wait ends, so it has to end this long before a tick, even on a busy machine. */
const STEP_ASIDE_MS = 100;

/**
 * Leaves the messages that this agent refuses to agents that can use them. Hiding a message is not enough: when it
 * reappears, the agent that refused it competes for it again, and might win every time. So refused messages reappear at
 * ticks of the clock that are the same for all agents, and an agent that has refused one does not claim at those ticks.
 */
export class RefusedJobs {
  readonly #polling: Pick<PollingPolicy, 'shortestClaimSeconds' | 'headStartMs'>;
  readonly #nowMs: () => number;
  /** The last tick at which a message refused here reappears, by the interval of its ticks in milliseconds. */
  readonly #lastTickMs = new Map<number, number>();

  constructor(polling: Pick<PollingPolicy, 'shortestClaimSeconds' | 'headStartMs'>, nowMs: () => number) {
    this.#polling = polling;
    this.#nowMs = nowMs;
  }

  /** How long to hide a refused message, in seconds: until a tick that is one to two intervals away. */
  hideSeconds(intervalSeconds: number): number {
    const nowMs = this.#nowMs();
    const intervalMs = intervalSeconds * 1000;
    const tickMs = (Math.floor(nowMs / intervalMs) + 2) * intervalMs;
    this.#lastTickMs.set(intervalMs, tickMs);
    return (tickMs - nowMs) / 1000;
  }

  /** Waits while other agents have their head start; returns how much of `waitSeconds` is left until the next tick. */
  async letOthersGoFirst(waitSeconds: number, signal: AbortSignal): Promise<number> {
    const { shortestClaimSeconds, headStartMs } = this.#polling;
    let leftMs = this.#leftMs();
    while (leftMs <= shortestClaimSeconds * 1000 && !signal.aborted) {
      await pause(leftMs + STEP_ASIDE_MS + headStartMs, signal);
      leftMs = this.#leftMs();
    }
    return Math.min(waitSeconds, leftMs / 1000);
  }

  /** How long a claim may wait from now, in milliseconds. */
  #leftMs(): number {
    return this.#nextTickMs() - STEP_ASIDE_MS - this.#nowMs();
  }

  /** The tick whose head start is not over yet, or the next one; `Infinity` when nothing was refused. */
  #nextTickMs(): number {
    const nowMs = this.#nowMs();
    const nextTicksMs = [...this.#lastTickMs].map(([intervalMs, lastTickMs]) => {
      const tickMs = (Math.floor((nowMs - this.#polling.headStartMs) / intervalMs) + 1) * intervalMs;
      return tickMs <= lastTickMs ? tickMs : Infinity;
    });
    return Math.min(...nextTicksMs);
  }
}
