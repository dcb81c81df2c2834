import type { WireJobId } from '../../shared/broker-api/wire-job-id.ts';
import type { SettlementFeed } from '../../shared/ledger/settlement-feed.ts';
import type { WireIds } from './wire-ids.ts';

/**
 * Every call within this time gets a settlement at once: nodes poll once a second, and several of them, or several epochs of
 * one node, may share an address.
 */
const FRESH_MS = 1_500;
/** Every call within this time gets it once more, since an answer may be lost. Nodes leave out what they do not wait for. */
const REPEATED_MS = 15_000;
/** More than an epoch has jobs. A node that misses one asks for it by its id within half a minute. */
const MOST_KEPT = 20_000;

interface Noticed {
  readonly id: WireJobId;
  readonly atMs: number;
}

export interface RecentSettlementsDeps {
  readonly settlements: SettlementFeed;
  readonly ids: Pick<WireIds, 'toWireId'>;
  /** A clock that only goes forward, in milliseconds. */
  readonly steadyMs: () => number;
}

/**
 * The jobs that were settled lately, for nodes that ask what is new. Nothing is taken from the list by a call: it says too
 * much rather than too little, to any number of nodes.
 */
export class RecentSettlements {
  readonly #deps: RecentSettlementsDeps;
  #noticed: Noticed[] = [];
  /** Wakes the calls that are held. */
  readonly #wakers = new Set<() => void>();
  /** The settlements that a client has seen, by the time of the newest. */
  readonly #seenMs = new Map<string, number>();

  constructor(deps: RecentSettlementsDeps) {
    this.#deps = deps;
  }

  /** Follows the feed until the returned function is called. */
  start(): () => void {
    return this.#deps.settlements.subscribe(({ jobId }) => {
      const id = this.#deps.ids.toWireId(jobId);
      if (id === undefined) return;
      this.#noticed.push({ id, atMs: this.#deps.steadyMs() });
      if (this.#noticed.length > 2 * MOST_KEPT) this.#noticed = this.#noticed.slice(-MOST_KEPT);
      for (const wake of this.#wakers) wake();
    });
  }

  /** The settlements of the last seconds; waits for one that is new to the client until `signal` aborts. */
  async take(client: string, signal: AbortSignal): Promise<readonly WireJobId[]> {
    while (!this.#hasNewsFor(client) && !signal.aborted) {
      await this.#newsOr(signal);
    }
    const seenMs = this.#seenMs.get(client) ?? Infinity;
    const repeatedMs = this.#deps.steadyMs() - REPEATED_MS;
    const newestMs = this.#noticed.at(-1)?.atMs;
    this.#forgetOldClients();
    if (newestMs !== undefined) this.#seenMs.set(client, newestMs);
    return [...new Set(this.#noticed.filter(({ atMs }) => atMs >= repeatedMs || atMs > seenMs).map(({ id }) => id))];
  }

  #hasNewsFor(client: string): boolean {
    const newestMs = this.#noticed.at(-1)?.atMs ?? -Infinity;
    return newestMs > (this.#seenMs.get(client) ?? -Infinity) || this.#deps.steadyMs() - newestMs < FRESH_MS;
  }

  async #newsOr(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const wake = (): void => resolve(undefined);
    this.#wakers.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    await promise;
    this.#wakers.delete(wake);
    signal.removeEventListener('abort', wake);
  }

  #forgetOldClients(): void {
    if (this.#seenMs.size > 1_000) this.#seenMs.clear();
  }
}
