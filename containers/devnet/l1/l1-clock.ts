import { setTimeout as sleep } from 'node:timers/promises';

import { DateProvider } from '@aztec/foundation/timer';
import { type Block, createTestClient, http, publicActions } from 'viem';
import { foundry } from 'viem/chains';

const POLL_MS = 100;

/**
 * L1's time, in milliseconds since 1970, as its blocks give it. Between two blocks it goes on with the wall clock, but never
 * reaches the next block's time before that block: when L1 stands still, so does everything that follows this clock.
 */
export class L1Clock extends DateProvider {
  readonly #intervalSeconds: number;
  readonly #l1;
  readonly #unwatch: () => void;
  #blockMs: number;
  #seenAtMs = performance.now();

  private constructor(rpcUrl: string, intervalSeconds: number, blockMs: number) {
    super();
    this.#intervalSeconds = intervalSeconds;
    this.#blockMs = blockMs;
    this.#l1 = connect(rpcUrl);
    this.#unwatch = this.#l1.watchBlocks({
      onBlock: (block) => {
        this.#blockMs = timeOf(block);
        this.#seenAtMs = performance.now();
      },
      pollingInterval: POLL_MS,
    });
  }

  /** @param intervalSeconds between two L1 blocks */
  static async follow(rpcUrl: string, intervalSeconds: number): Promise<L1Clock> {
    return new L1Clock(rpcUrl, intervalSeconds, timeOf(await connect(rpcUrl).getBlock()));
  }

  override now(): number {
    const sinceBlockMs = performance.now() - this.#seenAtMs;
    return Math.floor(this.#blockMs + Math.min(sinceBlockMs, this.#intervalSeconds * 1000 - 1));
  }

  async sleepUntil(timeMs: number): Promise<void> {
    while (this.now() < timeMs) await sleep(POLL_MS);
  }

  /**
   * Stops L1, and with it this clock, at `timeMs` if `work` is not done by then, until it is: however slow the machine is, `work` is
   * done in time. It must not wait for this clock, nor for a block on L1. `timeMs` should not be just before a block.
   */
  async holdAt<Result>(timeMs: number, work: () => Promise<Result>): Promise<Result> {
    let isDone = false;
    const working = work().finally(() => {
      isDone = true;
    });
    const holding = this.#holdAt(timeMs, working, () => isDone);
    const [result] = await Promise.all([working, holding]);
    return result;
  }

  async #holdAt(timeMs: number, working: Promise<unknown>, isDone: () => boolean): Promise<void> {
    while (!isDone() && this.now() < timeMs) await sleep(POLL_MS);
    if (isDone()) return;
    await this.#l1.setIntervalMining({ interval: 0 });
    await Promise.allSettled([working]);
    // The next block comes, and is dated, one interval later.
    await this.#l1.setIntervalMining({ interval: this.#intervalSeconds });
  }

  stop(): void {
    this.#unwatch();
  }
}

function connect(rpcUrl: string) {
  return createTestClient({ chain: foundry, mode: 'anvil', transport: http(rpcUrl) }).extend(publicActions);
}

function timeOf({ timestamp }: Pick<Block, 'timestamp'>): number {
  return Number(timestamp) * 1000;
}
