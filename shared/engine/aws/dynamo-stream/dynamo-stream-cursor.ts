import {
  ExpiredIteratorException,
  ResourceNotFoundException,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';

import type { StreamPage, StreamPosition, StreamRecord, TableStream } from './dynamo-stream.ts';

/** Reads one shard from a position on, each record once, even when its iterator expires. */
export class StreamCursor {
  readonly #stream: TableStream;
  readonly #shardId: string;
  #position: StreamPosition;
  #iterator: string | undefined;
  #firstSequence: bigint | undefined;
  #lastSequence: bigint | undefined;
  #isAtEnd = false;

  constructor(stream: TableStream, shardId: string, position: StreamPosition) {
    this.#stream = stream;
    this.#shardId = shardId;
    this.#position = position;
  }

  /** The first record that was read. */
  get firstSequence(): bigint | undefined {
    return this.#firstSequence;
  }

  /** The last record that was read. */
  get lastSequence(): bigint | undefined {
    return this.#lastSequence;
  }

  /** Whether the shard is closed and was read to its end. */
  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** Returns the next records, if any. Throws what the stream throws; read again later. */
  async read(): Promise<readonly StreamRecord[]> {
    const page = await this.#nextPage();
    if (page === undefined) return [];
    this.#iterator = page.next;
    this.#isAtEnd = page.next === undefined;
    for (const { sequence } of page.records) {
      this.#lastSequence = BigInt(sequence);
      this.#firstSequence ??= this.#lastSequence;
    }
    return page.records;
  }

  /** The page at the iterator; `undefined` at the end, or when the next read needs another iterator. */
  async #nextPage(): Promise<StreamPage | undefined> {
    try {
      this.#iterator ??= await this.#stream.iterator(this.#shardId, this.#position);
      return await this.#stream.records(this.#iterator);
    } catch (error) {
      if (error instanceof ExpiredIteratorException) {
        // It was unused for 15 minutes. Never restart behind the newest record: that would skip those that came meanwhile.
        this.#position = this.#lastSequence === undefined ? 'oldest' : { after: String(this.#lastSequence) };
      } else if (error instanceof TrimmedDataAccessException) {
        // The next record is older than a day and gone, as are all those already read.
        this.#position = 'oldest';
      } else if (error instanceof ResourceNotFoundException) {
        this.#isAtEnd = true;
      } else {
        throw error;
      }
      this.#iterator = undefined;
      return undefined;
    }
  }
}
