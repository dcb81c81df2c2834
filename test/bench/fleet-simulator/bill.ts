import { LEAST_BILLED_SECONDS, fargateDollarsPerHour } from '../../../shared/cost/agent-prices.ts';
import { EPOCH_SECONDS } from './epoch-plan.ts';
import type { SimulatedAgent } from './simulated-agent.ts';

/** The cost of agents: by the second from their placement, at least a minute. */
export class Bill {
  /** By the time of the epoch in which it was spent: epoch 0 is proven, and paid for, in the time of epoch 1. */
  readonly #dollarsByWindow: number[] = [];
  billedSeconds = 0;
  provingSeconds = 0;

  add({ pool, capacity, placedAtSeconds, provingSeconds }: SimulatedAgent, stoppedAtSeconds: number): void {
    if (placedAtSeconds === undefined) return;
    const seconds = Math.max(LEAST_BILLED_SECONDS, stoppedAtSeconds - placedAtSeconds);
    const dollarsPerSecond = fargateDollarsPerHour(pool, capacity) / 3600;
    for (let from = placedAtSeconds, end = placedAtSeconds + seconds; from < end;) {
      const window = Math.floor(from / EPOCH_SECONDS);
      const to = Math.min(end, (window + 1) * EPOCH_SECONDS);
      this.#dollarsByWindow[window] = (this.#dollarsByWindow[window] ?? 0) + (to - from) * dollarsPerSecond;
      from = to;
    }
    this.billedSeconds += seconds;
    this.provingSeconds += provingSeconds;
  }

  /** Dollars spent while each of `epochs` epochs could be proven; what was spent before and after is added to the first and the last. */
  dollarsByEpoch(firstEpoch: number, epochs: number): readonly number[] {
    const dollars = new Array<number>(epochs).fill(0);
    for (const [window, spent] of this.#dollarsByWindow.entries()) {
      // The array has holes where nothing was spent.
      dollars[Math.min(Math.max(0, window - 1 - firstEpoch), epochs - 1)]! += (spent as number | undefined) ?? 0;
    }
    return dollars;
  }
}
