import { type AttributeValue, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb-streams';

import type { DynamoTable } from '../dynamo/dynamo-table.ts';
import { TableStreamMissingError } from '../../../ledger/errors.ts';

type Image = Readonly<Record<string, AttributeValue>>;

/** A change of one item. */
export interface StreamRecord {
  /** A number of many digits, which grows within a shard. */
  readonly sequence: string;
  /** Rounded down to a second. */
  readonly createdAtMs: number;
  readonly oldImage: Image | undefined;
  readonly newImage: Image | undefined;
}

export interface StreamShard {
  readonly id: string;
  /** The shard that this one continues. */
  readonly parentId: string | undefined;
  /** Whether it may still get records; a shard is closed after some hours, or when its partition splits. */
  readonly isOpen: boolean;
}

/** Where to begin in a shard: behind its newest record, at its oldest, or behind one that was read. */
export type StreamPosition = 'latest' | 'oldest' | { readonly after: string };

export interface StreamPage {
  readonly records: readonly StreamRecord[];
  /** Where the next page is, for 15 minutes; `undefined` when the shard is closed and was read to its end. */
  readonly next: string | undefined;
}

/** The reads that a table's stream offers. */
export interface TableStream {
  /** Every shard of the last 24 hours. */
  shards(): Promise<readonly StreamShard[]>;
  iterator(shardId: string, position: StreamPosition): Promise<string>;
  /** May be empty even where more records follow. */
  records(iterator: string): Promise<StreamPage>;
}

/** The stream of a DynamoDB table. Its methods throw what the SDK throws. */
export class DynamoTableStream implements TableStream {
  readonly #table: DynamoTable;
  readonly #streams: DynamoDBStreamsClient;
  #arn: string | undefined;

  constructor(table: DynamoTable, streams: DynamoDBStreamsClient) {
    this.#table = table;
    this.#streams = streams;
  }

  /** @throws {TableStreamMissingError} */
  async shards(): Promise<readonly StreamShard[]> {
    const shards: StreamShard[] = [];
    let lastShardId: string | undefined;
    do {
      const page = await this.#describe(lastShardId);
      for (const { ShardId, ParentShardId, SequenceNumberRange } of page?.Shards ?? []) {
        if (ShardId === undefined) continue;
        const isOpen = SequenceNumberRange?.EndingSequenceNumber === undefined;
        shards.push({ id: ShardId, parentId: ParentShardId, isOpen });
      }
      lastShardId = page?.LastEvaluatedShardId;
    } while (lastShardId !== undefined);
    return shards;
  }

  async iterator(shardId: string, position: StreamPosition): Promise<string> {
    const { ShardIterator } = await this.#streams.send(
      new GetShardIteratorCommand({ StreamArn: await this.#findArn(), ShardId: shardId, ...typeOf(position) }),
    );
    if (ShardIterator === undefined) throw new Error(`DynamoDB returned no iterator for shard ${shardId}`);
    return ShardIterator;
  }

  async records(iterator: string): Promise<StreamPage> {
    const { Records, NextShardIterator } = await this.#streams.send(new GetRecordsCommand({ ShardIterator: iterator }));
    const records = (Records ?? []).map(({ dynamodb }) => ({
      sequence: dynamodb?.SequenceNumber ?? '0',
      createdAtMs: dynamodb?.ApproximateCreationDateTime?.getTime() ?? Infinity,
      oldImage: dynamodb?.OldImage,
      newImage: dynamodb?.NewImage,
    }));
    return { records, next: NextShardIterator };
  }

  async #describe(after: string | undefined) {
    try {
      const { StreamDescription } = await this.#streams.send(
        new DescribeStreamCommand({ StreamArn: await this.#findArn(), ExclusiveStartShardId: after }),
      );
      return StreamDescription;
    } catch (error) {
      // The stream was disabled, and perhaps enabled again: that makes another stream.
      if (error instanceof ResourceNotFoundException) this.#arn = undefined;
      throw error;
    }
  }

  async #findArn(): Promise<string> {
    if (this.#arn !== undefined) return this.#arn;
    const { Table } = await this.#table.client.send(new DescribeTableCommand({ TableName: this.#table.name }));
    const viewType = Table?.StreamSpecification?.StreamViewType;
    this.#arn = Table?.LatestStreamArn;
    if (this.#arn !== undefined && viewType === 'NEW_AND_OLD_IMAGES') return this.#arn;
    this.#arn = undefined;
    throw new TableStreamMissingError(this.#table.name);
  }
}

function typeOf(position: StreamPosition): Pick<GetShardIteratorCommandInput, 'ShardIteratorType' | 'SequenceNumber'> {
  if (position === 'latest') return { ShardIteratorType: 'LATEST' };
  if (position === 'oldest') return { ShardIteratorType: 'TRIM_HORIZON' };
  return { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: position.after };
}
