import type { WireJobId } from '../../shared/broker-api/wire-job-id.ts';
import type { Settlement, SettlementFeed } from '../../shared/ledger/settlement-feed.ts';
import { Wakers } from '../../shared/retry/wakers.ts';
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
  /** By id and state, in the order they came. */
  readonly #noticed = new Map<string, Noticed>();
  #newestMs = -Infinity;
  /** Wakes the calls that are held. */
  readonly #wakers = new Wakers();
  /** The settlements that a client has seen, by the time of the newest. */
  readonly #seenMs = new Map<string, number>();

  constructor(deps: RecentSettlementsDeps) {
    this.#deps = deps;
  }

  /** Calls that are held. */
  get waiting(): number {
    return this.#wakers.size;
  }

  /** Follows the feed until the returned function is called. */
  start(): () => void {
    return this.#deps.settlements.subscribe((settlement) => this.note(settlement));
  }

  /** Notes a settlement that this broker has made itself, before the feed has it, or one of the feed. */
  note({ jobId, state }: Settlement): void {
    const id = this.#deps.ids.toWireId(jobId);
    if (id === undefined) return;
    const atMs = this.#deps.steadyMs();
    const key = `${id} ${state}`;
    const known = this.#noticed.get(key);
    if (known !== undefined && atMs - known.atMs < REPEATED_MS) return;
    this.#noticed.delete(key);
    this.#noticed.set(key, { id, atMs });
    this.#newestMs = atMs;
    const [oldest] = this.#noticed.keys();
    if (this.#noticed.size > MOST_KEPT && oldest !== undefined) this.#noticed.delete(oldest);
    this.#wakers.wake();
  }

  /** The settlements of the last seconds; waits for one that is new to the client until `signal` aborts. */
  async take(client: string, signal: AbortSignal): Promise<readonly WireJobId[]> {
    while (!this.#hasNewsFor(client) && !signal.aborted) {
      await this.#wakers.changeOr(signal);
    }
    const seenMs = this.#seenMs.get(client) ?? Infinity;
    const repeatedMs = this.#deps.steadyMs() - REPEATED_MS;
    this.#forgetOldClients();
    if (this.#noticed.size > 0) this.#seenMs.set(client, this.#newestMs);
    const news = this.#noticed.values().filter(({ atMs }) => atMs >= repeatedMs || atMs > seenMs);
    return [...new Set(news.map(({ id }) => id))];
  }

  #hasNewsFor(client: string): boolean {
    const seenMs = this.#seenMs.get(client) ?? -Infinity;
    return this.#newestMs > seenMs || this.#deps.steadyMs() - this.#newestMs < FRESH_MS;
  }

  #forgetOldClients(): void {
    if (this.#seenMs.size > 1_000) this.#seenMs.clear();
  }
}
