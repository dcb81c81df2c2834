import {
  ExpiredIteratorException,
  ResourceNotFoundException,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';

import type {
  StreamPage,
  StreamPosition,
  StreamRecord,
  StreamShard,
  TableStream,
} from '../../../../../shared/engine/aws/dynamo-stream/dynamo-stream.ts';

interface FakeShard {
  readonly parentId: string | undefined;
  readonly records: StreamRecord[];
  isOpen: boolean;
  isListed: boolean;
  /** Records that are gone. */
  trimmed: number;
}

interface FakeIterator {
  readonly shard: string;
  /** Counts the records of the shard. */
  readonly index: number;
  /** The position that the first of its iterators was taken at. */
  readonly begunAt: string;
}

const GONE = { message: 'gone', $metadata: {} };

/** A stream whose shards split, whose iterators expire, and which can be slow or fail. */
export class FakeTableStream implements TableStream {
  readonly pageRecords: number;
  /** Every call since this was last emptied: `shards`, `iterator <shard>` or `records <shard> <where its reading began>`. */
  calls: string[] = [];
  /** What a call waits for before it does anything; what it throws. */
  before: (call: string) => Promise<void> | undefined = () => undefined;
  readonly #shards = new Map<string, FakeShard>();
  #iterators = new Map<string, FakeIterator>();
  #serial = 0;

  constructor(pageRecords = 1000) {
    this.pageRecords = pageRecords;
  }

  addShard(id: string, { parentId, isListed = true }: { parentId?: string; isListed?: boolean } = {}): void {
    this.#shards.set(id, { parentId, records: [], isOpen: true, isListed, trimmed: 0 });
  }

  list(id: string): void {
    this.#shard(id).isListed = true;
  }

  closeShard(id: string): void {
    this.#shard(id).isOpen = false;
  }

  removeShard(id: string): void {
    this.#shards.delete(id);
  }

  write(id: string, record: Pick<StreamRecord, 'oldImage' | 'newImage'>, createdAtMs = Date.now()): void {
    this.#serial += 1;
    // As long as real ones, and not in the order of their text.
    const sequence = String(99_999_999_999_999_999_990n + BigInt(this.#serial));
    this.#shard(id).records.push({ ...record, sequence, createdAtMs: Math.floor(createdAtMs / 1000) * 1000 });
  }

  trim(id: string): void {
    const shard = this.#shard(id);
    shard.trimmed = shard.records.length;
  }

  expireIterators(): void {
    this.#iterators = new Map();
  }

  async shards(): Promise<readonly StreamShard[]> {
    await this.#call('shards');
    return [...this.#shards]
      .filter(([, { isListed }]) => isListed)
      .map(([id, { parentId, isOpen }]) => ({ id, parentId, isOpen }));
  }

  async iterator(id: string, position: StreamPosition): Promise<string> {
    await this.#call(`iterator ${id}`);
    const { records, trimmed } = this.#shard(id);
    if (position === 'latest') return this.#iterator({ shard: id, index: records.length, begunAt: 'latest' });
    if (position === 'oldest') return this.#iterator({ shard: id, index: trimmed, begunAt: 'oldest' });
    const index = records.findIndex(({ sequence }) => sequence === position.after) + 1;
    if (index < trimmed) throw new TrimmedDataAccessException(GONE);
    return this.#iterator({ shard: id, index, begunAt: 'after' });
  }

  async records(token: string): Promise<StreamPage> {
    const known = this.#iterators.get(token);
    await this.#call(`records ${known?.shard} ${known?.begunAt}`);
    const iterator = this.#iterators.get(token);
    if (iterator === undefined) throw new ExpiredIteratorException(GONE);
    const { records, isOpen, trimmed } = this.#shard(iterator.shard);
    if (iterator.index < trimmed) throw new TrimmedDataAccessException(GONE);
    const page = records.slice(iterator.index, iterator.index + this.pageRecords);
    const index = iterator.index + page.length;
    const isAtEnd = !isOpen && index === records.length;
    return { records: page, next: isAtEnd ? undefined : this.#iterator({ ...iterator, index }) };
  }

  async #call(call: string): Promise<void> {
    this.calls.push(call);
    await this.before(call);
  }

  #iterator(iterator: FakeIterator): string {
    this.#serial += 1;
    this.#iterators.set(String(this.#serial), iterator);
    return String(this.#serial);
  }

  #shard(id: string): FakeShard {
    const shard = this.#shards.get(id);
    if (shard === undefined) throw new ResourceNotFoundException(GONE);
    return shard;
  }
}
