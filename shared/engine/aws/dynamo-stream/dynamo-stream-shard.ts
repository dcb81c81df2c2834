import type { StreamRecord, TableStream } from './dynamo-stream.ts';
import { StreamCursor } from './dynamo-stream-cursor.ts';

/** Empty reads in a row after which the cursor that reads back has reached the present: half a minute of them. */
const LOOK_BACK_QUIET_READS = 60;

/**
 * Reads after which it gives up: ten minutes of them. A shard stays open for some hours, and at the pace of a large network
 * reading them again could take an hour, while news come at half the pace. A settlement that is missed so is found within
 * seconds when requests are compared with the ledger.
 */
const LOOK_BACK_READS = 1200;

/**
 * One shard, read for what is new in it.
 *
 * A shard that existed before is read from behind its newest record, so that news arrive at once however long its history
 * is. DynamoDB takes that position slightly after the request, so a second cursor reads the records in between, in turns
 * with the first: from the oldest record up to the first of the news.
 */
export class FollowedShard {
  readonly id: string;
  readonly #news: StreamCursor;
  #lookBack: StreamCursor | undefined;
  /** The last record that was read back before there were news, and that may therefore be one of them. */
  #lookedUpTo: bigint | undefined;
  #isLookBackNext = false;
  #quietReads = 0;
  #lookBackReads = 0;

  /** @param isNew whether the shard began after its follower did, so that all of it is news */
  constructor(stream: TableStream, id: string, isNew: boolean) {
    this.id = id;
    this.#news = new StreamCursor(stream, id, isNew ? 'oldest' : 'latest');
    if (!isNew) this.#lookBack = new StreamCursor(stream, id, 'oldest');
  }

  /** Whether the shard is closed and its news were read to the end: other shards continue it. */
  get hasEnded(): boolean {
    return this.#news.isAtEnd;
  }

  /** Whether there is nothing more to read. */
  get isDone(): boolean {
    return this.hasEnded && this.#lookBack === undefined;
  }

  /** One request for records. Throws what the stream throws; read again later. */
  async read(): Promise<readonly StreamRecord[]> {
    if (this.#lookBack !== undefined && (this.#isLookBackNext || this.#news.isAtEnd)) {
      this.#isLookBackNext = false;
      return await this.#readBack(this.#lookBack);
    }
    const records = await this.#news.read();
    this.#isLookBackNext = true;
    const lookedUpTo = this.#lookedUpTo;
    return lookedUpTo === undefined ? records : records.filter(({ sequence }) => BigInt(sequence) > lookedUpTo);
  }

  async #readBack(lookBack: StreamCursor): Promise<readonly StreamRecord[]> {
    const records = await lookBack.read();
    this.#lookBackReads += 1;
    this.#quietReads = records.length === 0 ? this.#quietReads + 1 : 0;
    const { lastSequence } = lookBack;
    const news = this.#news.firstSequence;
    const hasMetNews = news !== undefined && lastSequence !== undefined && lastSequence >= news;
    const isEnough = this.#quietReads >= LOOK_BACK_QUIET_READS || this.#lookBackReads >= LOOK_BACK_READS;
    if (hasMetNews || lookBack.isAtEnd || isEnough) this.#lookBack = undefined;
    if (news !== undefined) return records.filter(({ sequence }) => BigInt(sequence) < news);
    this.#lookedUpTo = lastSequence;
    return records;
  }
}
