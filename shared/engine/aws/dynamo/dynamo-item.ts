import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';

import type { DynamoTable, ItemKey } from './dynamo-table.ts';
import { UnreadableItemError } from '../../../ledger/errors.ts';
import type { UnreadableRecords } from '../../unreadable-records.ts';

/** An item as it is stored, its attributes unchecked. */
export type DynamoItem = ItemKey & Readonly<Record<string, unknown>>;

/** Reads one item, strongly consistent. */
export async function getItem(table: DynamoTable, { pk, sk }: ItemKey): Promise<DynamoItem | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: { pk, sk }, ConsistentRead: true }),
  );
  return Item as DynamoItem | undefined;
}

export interface ItemQuery {
  readonly limit?: number;
  readonly backwards?: boolean;
  /** Only items with a sort key from `from` on, or below `below`. At most one of the two. */
  readonly from?: string;
  readonly below?: string;
  /** Whether the items may be a moment old, at half the price. */
  readonly mayBeLate?: boolean;
}

/** The items of a partition, in the order of their sort keys or backwards, at most `limit` of them. */
export async function queryItems(
  table: DynamoTable,
  pk: string,
  { limit = Infinity, backwards = false, from, below, mayBeLate = false }: ItemQuery = {},
): Promise<readonly DynamoItem[]> {
  const bound = from ?? below;
  const items: DynamoItem[] = [];
  let startKey: Record<string, unknown> | undefined;
  do {
    const page = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression:
          bound === undefined ? 'pk = :pk' : `pk = :pk and sk ${from === undefined ? '<' : '>='} :bound`,
        ExpressionAttributeValues: { ':pk': pk, ...(bound !== undefined && { ':bound': bound }) },
        ScanIndexForward: !backwards,
        ConsistentRead: !mayBeLate,
        ...(limit < Infinity && { Limit: limit - items.length }),
        ...(startKey && { ExclusiveStartKey: startKey }),
      }),
    );
    items.push(...((page.Items ?? []) as DynamoItem[]));
    // A page is 1 MB, so it may end before the limit.
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined && items.length < limit);
  return items;
}

/** Parses an item's attributes, without its key and the table's internal attributes. @throws {UnreadableItemError} */
export function parseItem<Schema extends z.ZodType>(
  schema: Schema,
  table: DynamoTable,
  item: DynamoItem,
): z.infer<Schema> {
  const { pk, sk, expiresAtSeconds: _expiresAtSeconds, writeId: _writeId, ...attributes } = item;
  const parsed = schema.safeParse(attributes);
  if (parsed.success) return parsed.data;
  const what = z.prettifyError(parsed.error).replaceAll('\n', ' ');
  throw new UnreadableItemError(table.name, pk, sk, what, { cause: parsed.error });
}

export interface ParseReadableOptions {
  readonly table: DynamoTable;
  /** What the item is the record of, for people. */
  readonly nameOf: (item: DynamoItem) => string;
  readonly unreadable: UnreadableRecords;
}

/** Parses the items of a list. Those that this version cannot read are left out. */
export function parseReadable<Schema extends z.ZodType>(
  items: readonly DynamoItem[],
  schema: Schema,
  { table, nameOf, unreadable }: ParseReadableOptions,
): z.infer<Schema>[] {
  return items.flatMap((item) => {
    try {
      return [parseItem(schema, table, item)];
    } catch (error) {
      if (!(error instanceof UnreadableItemError)) throw error;
      unreadable.leaveOut(nameOf(item), error);
      return [];
    }
  });
}
