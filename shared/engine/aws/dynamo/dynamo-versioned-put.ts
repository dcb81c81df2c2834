import { randomUUID } from 'node:crypto';

import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { PutCommand, type TransactWriteCommandInput, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';

import { type DynamoItem, getItem } from './dynamo-item.ts';
import type { DynamoTable } from './dynamo-table.ts';
import { LedgerBusyError } from '../../../ledger/errors.ts';
import { type Backoff, backoffMs } from '../../../retry/backoff.ts';
import { pause } from '../../../retry/pause.ts';

/** How often a change starts over because others changed the same item: only a few programs may. */
export const MAX_TRIES = 12;
/** All random, so that two writers that collided do not collide again. */
const BACKOFF: Backoff = { firstMs: 20, longestMs: 500, jitter: 1 };
/** Reasons for a cancelled transaction that say nothing about the conditions: the same write may pass a moment later. */
const PASSING_REASONS: readonly string[] = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

export interface VersionedPut {
  /** The whole item to store, with its `version`. */
  readonly item: DynamoItem & { readonly version: number };
  /** The version that must be stored now; `undefined` when the item must not exist. */
  readonly replaces: number | undefined;
  /** A further change in the same transaction. */
  readonly together?: TransactItem;
}

/**
 * Stores an item if the version it was made from is still the stored one, and returns whether it is stored.
 *
 * When the response to a write is lost, the SDK sends the write again, and its condition then fails on the very item that
 * it wrote. So each write has an id: an item that carries it means that this write succeeded.
 *
 * @throws {LedgerBusyError} when other transactions held the item during every try.
 */
export async function putVersion(table: DynamoTable, put: VersionedPut): Promise<boolean> {
  const writeId = randomUUID();
  const command = commandOf(table, put, writeId);
  for (let tries = 1; ; tries += 1) {
    try {
      await (command instanceof PutCommand ? table.client.send(command) : table.client.send(command));
      return true;
    } catch (error) {
      const failure = failureOf(error);
      if (failure === 'condition') return (await getItem(table, put.item))?.['writeId'] === writeId;
      if (failure === 'other') throw error;
      const { pk, sk } = put.item;
      if (tries === MAX_TRIES) throw new LedgerBusyError(table.name, pk, sk, tries, { cause: error });
      await pauseAfter(tries);
    }
  }
}

/** Waits before the next try, longer after each. */
export async function pauseAfter(tries: number): Promise<void> {
  await pause(backoffMs(tries, BACKOFF));
}

function commandOf(
  table: DynamoTable,
  { item, replaces, together }: VersionedPut,
  writeId: string,
): PutCommand | TransactWriteCommand {
  const put = {
    TableName: table.name,
    Item: { ...item, writeId },
    ...(replaces === undefined
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: '#version = :replaces',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':replaces': replaces },
        }),
  };
  if (together === undefined) return new PutCommand(put);
  return new TransactWriteCommand({ TransactItems: [{ Put: put }, together] });
}

function failureOf(error: unknown): 'condition' | 'passing' | 'other' {
  if (error instanceof ConditionalCheckFailedException) return 'condition';
  if (error instanceof TransactionConflictException) return 'passing';
  if (!(error instanceof TransactionCanceledException)) return 'other';
  const reasons = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None').filter((code) => code !== 'None');
  if (reasons.includes('ConditionalCheckFailed')) return 'condition';
  return reasons.length > 0 && reasons.every((code) => PASSING_REASONS.includes(code)) ? 'passing' : 'other';
}
