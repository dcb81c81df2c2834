import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';

import { EpochNumber } from '../../../proving-job/proving-job-id.ts';
import { type DynamoItem, getItem, parseItem } from '../dynamo/dynamo-item.ts';
import { packRoot, unpackRoot } from './dynamo-root-item.ts';
import { type DynamoTable, type ItemKey, padded } from '../dynamo/dynamo-table.ts';
import { MAX_TRIES, pauseAfter, putVersion } from '../dynamo/dynamo-versioned-put.ts';
import { LedgerBusyError } from '../../../ledger/errors.ts';
import { type NewRoot, type Outbox, RootRecord } from '../../../ledger/outbox.ts';
import { storedRoot } from '../../../ledger/stored-root.ts';

const PARTITION = 'ROOTS';
const OPEN_KEY: ItemKey = { pk: PARTITION, sk: 'OPEN' };
/** As many as DynamoDB reads in one call. */
const BATCH_ITEMS = 100;

const OpenRoots = z.strictObject({ epochs: z.set(EpochNumber).default(new Set()) });

/**
 * An {@link Outbox} in the ledger's DynamoDB table: an item per root, and one with the epochs of all that are open.
 *
 * That set changes in the transaction that opens or closes a root, so {@link open} returns what is stored at that moment:
 * a submitter reads there which nonce another root has taken, and an index would show it slightly too late.
 */
export class DynamoOutbox implements Outbox {
  readonly #table: DynamoTable;
  readonly #nowMs: () => number;

  constructor(table: DynamoTable, nowMs: () => number) {
    this.#table = table;
    this.#nowMs = nowMs;
  }

  async store(root: NewRoot): Promise<RootRecord> {
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const known = await this.find(root.epoch);
      const stored = storedRoot(known, root, this.#nowMs());
      if (stored === known || (await this.#write(stored, known))) return stored;
      await pauseAfter(tries);
    }
    const { pk, sk } = keyOf(root.epoch);
    throw new LedgerBusyError(this.#table.name, pk, sk, MAX_TRIES);
  }

  async find(epoch: EpochNumber): Promise<RootRecord | undefined> {
    const item = await getItem(this.#table, keyOf(epoch));
    return item && (await unpackRoot(this.#table, item));
  }

  async open(): Promise<readonly RootRecord[]> {
    const item = await getItem(this.#table, OPEN_KEY);
    if (item === undefined) return [];
    const { epochs } = parseItem(OpenRoots, this.#table, item);
    const items = await this.#readAll([...epochs].map(keyOf));
    const roots = await Promise.all(items.map((one) => unpackRoot(this.#table, one)));
    // One may have been closed since the set was read.
    return roots.filter(isOpen).toSorted((a, b) => a.epoch - b.epoch);
  }

  async replace(root: RootRecord): Promise<RootRecord | undefined> {
    const known = await this.find(root.epoch);
    if (known?.version !== root.version) return undefined;
    const next = RootRecord.parse({ ...root, version: root.version + 1 });
    return (await this.#write(next, known)) ? next : undefined;
  }

  /** Returns whether the root is stored: it is not if the stored root is no longer `known`. */
  async #write(root: RootRecord, known: RootRecord | undefined): Promise<boolean> {
    const item = { ...(await packRoot(RootRecord.parse(root), this.#nowMs())), ...keyOf(root.epoch) };
    const isOpened = isOpen(root) && !(known && isOpen(known));
    const isClosed = !isOpen(root) && known !== undefined && isOpen(known);
    return await putVersion(this.#table, {
      item,
      replaces: known?.version,
      ...((isOpened || isClosed) && {
        together: {
          Update: {
            TableName: this.#table.name,
            Key: OPEN_KEY,
            UpdateExpression: `${isOpened ? 'ADD' : 'DELETE'} epochs :epochs`,
            ExpressionAttributeValues: { ':epochs': new Set([root.epoch]) },
          },
        },
      }),
    });
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

function keyOf(epoch: EpochNumber): ItemKey {
  return { pk: PARTITION, sk: `ROOT#${padded(epoch)}` };
}

function isOpen({ state }: RootRecord): boolean {
  return state === 'waiting' || state === 'sent';
}
