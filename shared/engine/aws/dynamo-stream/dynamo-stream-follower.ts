import { type Backoff, backoffMs } from '../../../retry/backoff.ts';
import type { StreamRecord, TableStream } from './dynamo-stream.ts';
import { FollowedShard } from './dynamo-stream-shard.ts';

/** A shard serves five reads a second; Lambda polls as often as this. */
const READ_MS = 250;
const LIST_MS = 20_000;
/** While the successor of a shard that has ended is still missing. */
const LIST_SOON_MS = 1_000;
const HEIR_PATIENCE_MS = 60_000;
const BACKOFF: Backoff = { firstMs: 2 * READ_MS, longestMs: 10_000, jitter: 0.5 };
/** Failures in a row, each after several tries of the SDK, before they are reported. */
const TROUBLE_AFTER_FAILURES = 3;
/** How far our clock may be ahead of DynamoDB's, and the second that records' times are rounded down by. */
const CLOCK_TOLERANCE_MS = 10_000;

export interface StreamFollowerOptions {
  readonly onRecord: (record: StreamRecord) => void;
  /** Called once for each row of failures. The follower goes on. */
  readonly onTrouble: (error: unknown) => void;
}

/** A request that is repeated, and less often while it fails. */
interface Asked {
  isBusy: boolean;
  failures: number;
  dueAtMs: number;
}

/**
 * Follows a table's stream from the moment of its construction: each record at least once, in no guaranteed order.
 * Shards come and go: all open ones are read at the same time, and the list of shards is read again for new ones.
 *
 * It never throws, and does not keep the process alive.
 */
export class StreamFollower {
  readonly #stream: TableStream;
  readonly #options: StreamFollowerOptions;
  readonly #sinceMs = Date.now() - CLOCK_TOLERANCE_MS;
  readonly #timer: NodeJS.Timeout;
  readonly #listing: Asked = { isBusy: false, failures: 0, dueAtMs: 0 };
  readonly #shards = new Map<FollowedShard, Asked>();
  /** Every shard that was ever listed; `undefined` before the first list. */
  #known: Set<string> | undefined;
  readonly #ended = new Set<string>();
  /** Shards that have ended, and when, until their successor is found. */
  readonly #withoutHeir = new Map<string, number>();
  #isStopped = false;

  constructor(stream: TableStream, options: StreamFollowerOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#timer = setInterval(() => {
      this.#tick();
    }, READ_MS).unref();
    this.#tick();
  }

  /** No record is reported after this. */
  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  #tick(): void {
    void this.#ask(this.#listing, LIST_MS, () => this.#list());
    for (const [shard, asked] of this.#shards) void this.#ask(asked, 0, () => this.#read(shard));
  }

  /** Asks, unless it is too early or under way; never fails. `ask` may return when to ask next, in ms from now. */
  async #ask(asked: Asked, intervalMs: number, ask: () => Promise<number | undefined>): Promise<void> {
    if (this.#isStopped || asked.isBusy || Date.now() < asked.dueAtMs) return;
    asked.isBusy = true;
    try {
      asked.dueAtMs = Date.now() + ((await ask()) ?? intervalMs);
      asked.failures = 0;
    } catch (error) {
      asked.failures += 1;
      asked.dueAtMs = Date.now() + backoffMs(asked.failures, BACKOFF);
      if (asked.failures === TROUBLE_AFTER_FAILURES) this.#options.onTrouble(error);
    } finally {
      asked.isBusy = false;
    }
  }

  async #list(): Promise<number> {
    const shards = await this.#stream.shards();
    const isFirst = this.#known === undefined;
    this.#known ??= new Set();
    for (const { id, parentId, isOpen } of shards) {
      if (parentId !== undefined) this.#withoutHeir.delete(parentId);
      if (this.#known.has(id)) continue;
      this.#known.add(id);
      if (isOpen || !isFirst) this.#follow(new FollowedShard(this.#stream, id, !isFirst));
    }
    for (const [id, endedAtMs] of this.#withoutHeir) {
      if (Date.now() - endedAtMs > HEIR_PATIENCE_MS) this.#withoutHeir.delete(id);
    }
    return this.#withoutHeir.size > 0 ? LIST_SOON_MS : LIST_MS;
  }

  #follow(shard: FollowedShard): void {
    const asked = { isBusy: false, failures: 0, dueAtMs: 0 };
    this.#shards.set(shard, asked);
    void this.#ask(asked, 0, () => this.#read(shard));
  }

  async #read(shard: FollowedShard): Promise<undefined> {
    const records = await shard.read();
    if (this.#isStopped) return;
    if (shard.isDone) this.#shards.delete(shard);
    if (shard.hasEnded && !this.#ended.has(shard.id)) {
      this.#ended.add(shard.id);
      this.#withoutHeir.set(shard.id, Date.now());
      this.#listing.dueAtMs = 0;
    }
    for (const record of records) {
      if (record.createdAtMs >= this.#sinceMs) this.#options.onRecord(record);
    }
  }
}
