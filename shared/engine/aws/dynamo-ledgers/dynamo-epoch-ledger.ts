import { z } from 'zod';

import { type DynamoItem, getItem, parseItem } from '../dynamo/dynamo-item.ts';
import { type DynamoTable, expiresAtSeconds } from '../dynamo/dynamo-table.ts';
import { MAX_TRIES, pauseAfter, putVersion } from '../dynamo/dynamo-versioned-put.ts';
import { advancedEpoch, openedEpoch, reopenedEpoch } from '../../../ledger/epoch-changes.ts';
import {
  byTimeOpened,
  type EpochChange,
  type EpochLedger,
  EpochRecord,
  type EpochState,
  type NewEpoch,
} from '../../../ledger/epoch-ledger.ts';
import { LedgerBusyError, UnreadableItemError } from '../../../ledger/errors.ts';
import type { RangeId } from '../../../ledger/job-ledger.ts';
import { EpochId, EpochNumber } from '../../../proving-job/epoch-id.ts';
import { UnreadableRecords } from '../../unreadable-records.ts';
import { epochKey, newestEpochItems, openingOf } from './dynamo-epoch-order.ts';

/** The record's fields, readable in the console, and a version that grows with every change. */
const EpochItem = EpochRecord.extend({ version: z.number().int().positive() });

interface StoredEpoch {
  readonly record: EpochRecord;
  readonly version: number;
}

/** An {@link EpochLedger} in the ledger's DynamoDB table: an item per epoch, and one that has its place in their order. */
export class DynamoEpochLedger implements EpochLedger {
  readonly #table: DynamoTable;
  readonly #nowMs: () => number;
  readonly #unreadable: UnreadableRecords;

  constructor(table: DynamoTable, nowMs: () => number, unreadable = new UnreadableRecords()) {
    this.#table = table;
    this.#nowMs = nowMs;
    this.#unreadable = unreadable;
  }

  async open(epoch: NewEpoch): Promise<EpochRecord> {
    return await this.#change(epoch.id, (known) => openedEpoch(known, epoch, this.#nowMs()));
  }

  async advance(
    id: EpochId,
    rangeId: RangeId,
    state: EpochState,
    change: EpochChange = {},
  ): Promise<EpochRecord | undefined> {
    return await this.#change(id, (known) => known && advancedEpoch(known, rangeId, state, change, this.#nowMs()));
  }

  async reopen(id: EpochId, rangeId: RangeId, reason: string): Promise<EpochRecord | undefined> {
    return await this.#change(id, (known) => known && reopenedEpoch(known, rangeId, reason));
  }

  async find(id: EpochId): Promise<EpochRecord | undefined> {
    return (await this.#find(id))?.record;
  }

  async latest(limit: number): Promise<readonly EpochRecord[]> {
    const [trials, ofRollups] = await Promise.all([this.#latest(true, limit), this.#latest(false, limit)]);
    return [...trials, ...ofRollups].toSorted(byTimeOpened);
  }

  /** @param leftOut how many of the newest cannot be read: they take no other's place */
  async #latest(isOfTrials: boolean, limit: number, leftOut = 0): Promise<readonly EpochRecord[]> {
    const wanted = { isOfTrials, limit: limit + leftOut, unreadable: this.#unreadable };
    const items = await newestEpochItems(this.#table, wanted);
    const records = items.flatMap((item) => this.#readable(item) ?? []);
    const unreadable = items.length - records.length;
    if (unreadable > leftOut) return await this.#latest(isOfTrials, limit, unreadable);
    return records.toSorted(byTimeOpened).slice(0, limit);
  }

  /** Reads, changes and writes, and starts over when another program wrote in between. */
  async #change<Changed extends EpochRecord | undefined>(
    id: EpochId,
    change: (known: EpochRecord | undefined) => Changed,
  ): Promise<Changed> {
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const known = await this.#find(id);
      const changed = change(known?.record);
      if (changed === undefined || changed === known?.record) return changed;
      if (await this.#write(changed, known?.version)) return changed;
      await pauseAfter(tries);
    }
    const { pk, sk } = epochKey(id);
    throw new LedgerBusyError(this.#table.name, pk, sk, MAX_TRIES);
  }

  async #write(record: EpochRecord, replaces: number | undefined): Promise<boolean> {
    const item = {
      ...EpochRecord.parse(record),
      ...epochKey(record.id),
      version: (replaces ?? 0) + 1,
      ...(record.closedAtMs !== undefined && { expiresAtSeconds: expiresAtSeconds(record.closedAtMs) }),
    };
    return await putVersion(this.#table, {
      item,
      replaces,
      ...(replaces === undefined && { together: { Put: { TableName: this.#table.name, Item: openingOf(record) } } }),
    });
  }

  async #find(id: EpochId): Promise<StoredEpoch | undefined> {
    const item = await getItem(this.#table, epochKey(id));
    return item && this.#parse(item);
  }

  #readable(item: DynamoItem): EpochRecord | undefined {
    try {
      return this.#parse(item).record;
    } catch (error) {
      if (!(error instanceof UnreadableItemError)) throw error;
      this.#unreadable.leaveOut(`epoch ${EpochId.safeParse(item['id']).data ?? item.sk}`, error);
      return undefined;
    }
  }

  #parse(item: DynamoItem): StoredEpoch {
    // An earlier version recorded the number alone.
    const known = { id: String(EpochNumber.safeParse(item['epoch']).data), ...item };
    const { version, ...record } = parseItem(EpochItem, this.#table, known);
    return { record, version };
  }
}
