import { BatchGetCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';

import { EpochId, epochIdWithoutRollup, EpochNumber, parseEpochId } from '../../../proving-job/epoch-id.ts';
import { type DynamoItem, getItem, parseItem } from '../dynamo/dynamo-item.ts';
import { packRoot, unpackRoot } from './dynamo-root-item.ts';
import { type DynamoTable, type ItemKey, padded } from '../dynamo/dynamo-table.ts';
import { MAX_TRIES, pauseAfter, putVersion } from '../dynamo/dynamo-versioned-put.ts';
import { LedgerBusyError, UnreadableItemError } from '../../../ledger/errors.ts';
import { byDeadline, isOpenRoot, type NewRoot, type Outbox, RootRecord } from '../../../ledger/outbox.ts';
import { storedRoot } from '../../../ledger/stored-root.ts';
import { UnreadableRecords } from '../../unreadable-records.ts';

const PARTITION = 'ROOTS';
const OPEN_KEY: ItemKey = { pk: PARTITION, sk: 'OPEN-ROOTS' };
/** The numbers of epochs that an earlier version opened. */
const OPEN_WITHOUT_ROLLUP_KEY: ItemKey = { pk: PARTITION, sk: 'OPEN' };
/** As many as DynamoDB reads in one call. */
const BATCH_ITEMS = 100;

const OpenRoots = z.object({ epochIds: z.set(EpochId).optional() });
const OpenWithoutRollup = z.object({ epochs: z.set(EpochNumber).optional() });

/**
 * An {@link Outbox} in the ledger's DynamoDB table: an item per root, and one with the epochs of all that are open.
 *
 * That set changes in the transaction that opens or closes a root, so {@link open} returns what is stored at that moment:
 * a submitter reads there which nonce another root has taken, and an index would show it slightly too late.
 */
export class DynamoOutbox implements Outbox {
  readonly #table: DynamoTable;
  readonly #nowMs: () => number;
  readonly #unreadable: UnreadableRecords;

  constructor(table: DynamoTable, nowMs: () => number, unreadable = new UnreadableRecords()) {
    this.#table = table;
    this.#nowMs = nowMs;
    this.#unreadable = unreadable;
  }

  async store(root: NewRoot): Promise<RootRecord> {
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const known = await this.find(root.epochId);
      const stored = storedRoot(known, root, this.#nowMs());
      if (stored === known || (await this.#write(stored, known))) return stored;
      await pauseAfter(tries);
    }
    const { pk, sk } = keyOf(root.epochId);
    throw new LedgerBusyError(this.#table.name, pk, sk, MAX_TRIES);
  }

  async find(epochId: EpochId): Promise<RootRecord | undefined> {
    const item = await getItem(this.#table, keyOf(epochId));
    return item && (await unpackRoot(this.#table, item));
  }

  async open(): Promise<readonly RootRecord[]> {
    const items = await this.#readAll((await this.#openIds()).map(keyOf));
    const roots = await Promise.all(items.map((item) => this.#readable(item)));
    // One may have been closed since the set was read.
    return roots
      .filter((root) => root !== undefined)
      .filter(isOpenRoot)
      .toSorted(byDeadline);
  }

  async replace(root: RootRecord): Promise<RootRecord | undefined> {
    const known = await this.find(root.epochId);
    if (known?.version !== root.version) return undefined;
    const next = RootRecord.parse({ ...root, version: root.version + 1 });
    return (await this.#write(next, known)) ? next : undefined;
  }

  /** Returns whether the root is stored: it is not if the stored root is no longer `known`. */
  async #write(root: RootRecord, known: RootRecord | undefined): Promise<boolean> {
    const item = { ...(await packRoot(RootRecord.parse(root), this.#nowMs())), ...keyOf(root.epochId) };
    const isOpened = isOpenRoot(root) && !(known && isOpenRoot(known));
    const isClosed = !isOpenRoot(root) && known !== undefined && isOpenRoot(known);
    return await putVersion(this.#table, {
      item,
      replaces: known?.version,
      ...((isOpened || isClosed) && {
        together: {
          Update: { TableName: this.#table.name, ...changeOfOpen(isOpened ? 'ADD' : 'DELETE', root) },
        },
      }),
    });
  }

  async #openIds(): Promise<readonly EpochId[]> {
    const [ofRollups, numbered] = await Promise.all([
      getItem(this.#table, OPEN_KEY),
      getItem(this.#table, OPEN_WITHOUT_ROLLUP_KEY),
    ]);
    const { epochIds = [] } = ofRollups === undefined ? {} : parseItem(OpenRoots, this.#table, ofRollups);
    const { epochs = [] } = numbered === undefined ? {} : parseItem(OpenWithoutRollup, this.#table, numbered);
    return [...epochIds, ...[...epochs].map(epochIdWithoutRollup)];
  }

  async #readable(item: DynamoItem): Promise<RootRecord | undefined> {
    try {
      return await unpackRoot(this.#table, item);
    } catch (error) {
      if (!(error instanceof UnreadableItemError)) throw error;
      this.#unreadable.leaveOut(`root of epoch ${String(item['epochId'] ?? item['epoch'])}`, error);
      return undefined;
    }
  }

  async #readAll(keys: readonly ItemKey[]): Promise<readonly DynamoItem[]> {
    const items: DynamoItem[] = [];
    let left = [...keys];
    let fruitlessTries = 0;
    while (left.length > 0) {
      const { Responses, UnprocessedKeys } = await this.#table.client.send(
        new BatchGetCommand({
          RequestItems: { [this.#table.name]: { Keys: left.slice(0, BATCH_ITEMS), ConsistentRead: true } },
        }),
      );
      const read = (Responses?.[this.#table.name] ?? []) as DynamoItem[];
      // A response ends at 16 MB, and a throttled table leaves keys out.
      const unread = (UnprocessedKeys?.[this.#table.name]?.Keys ?? []) as ItemKey[];
      items.push(...read);
      left = [...unread, ...left.slice(BATCH_ITEMS)];
      const [next] = unread;
      if (next === undefined) continue;
      fruitlessTries = read.length > 0 ? 0 : fruitlessTries + 1;
      if (fruitlessTries > MAX_TRIES) {
        throw new LedgerBusyError(this.#table.name, next.pk, next.sk, fruitlessTries);
      }
      await pauseAfter(fruitlessTries);
    }
    return items;
  }
}

function keyOf(epochId: EpochId): ItemKey {
  const { rollup, epoch } = parseEpochId(epochId);
  return { pk: PARTITION, sk: `ROOT#${rollup === undefined ? padded(epoch) : epochId}` };
}

function changeOfOpen(
  change: 'ADD' | 'DELETE',
  { epochId, epoch }: RootRecord,
): Pick<UpdateCommandInput, 'Key' | 'ExpressionAttributeValues'> & { readonly UpdateExpression: string } {
  return parseEpochId(epochId).rollup === undefined
    ? {
        Key: OPEN_WITHOUT_ROLLUP_KEY,
        UpdateExpression: `${change} epochs :epochs`,
        ExpressionAttributeValues: { ':epochs': new Set([epoch]) },
      }
    : {
        Key: OPEN_KEY,
        UpdateExpression: `${change} epochIds :epochIds`,
        ExpressionAttributeValues: { ':epochIds': new Set([epochId]) },
      };
}
