import { z } from 'zod';

import { type EpochNumber, FIRST_TRIAL_EPOCH } from '../../../proving-job/proving-job-id.ts';
import { type DynamoItem, getItem, parseItem, queryItems } from '../dynamo/dynamo-item.ts';
import { type DynamoTable, expiresAtSeconds, type ItemKey, padded } from '../dynamo/dynamo-table.ts';
import { MAX_TRIES, pauseAfter, putVersion } from '../dynamo/dynamo-versioned-put.ts';
import { advancedEpoch, openedEpoch } from '../../../ledger/epoch-changes.ts';
import {
  type EpochChange,
  type EpochLedger,
  EpochRecord,
  type EpochState,
  type NewEpoch,
} from '../../../ledger/epoch-ledger.ts';
import { LedgerBusyError } from '../../../ledger/errors.ts';
import type { RangeId } from '../../../ledger/job-ledger.ts';

const PARTITION = 'EPOCHS';

/** The record's fields, readable in the console, and a version that grows with every change. */
const EpochItem = EpochRecord.extend({ version: z.number().int().positive() });

interface StoredEpoch {
  readonly record: EpochRecord;
  readonly version: number;
}

/** An {@link EpochLedger} in the ledger's DynamoDB table: an item per epoch. */
export class DynamoEpochLedger implements EpochLedger {
  readonly #table: DynamoTable;
  readonly #nowMs: () => number;

  constructor(table: DynamoTable, nowMs: () => number) {
    this.#table = table;
    this.#nowMs = nowMs;
  }

  async open(epoch: NewEpoch): Promise<EpochRecord> {
    return await this.#change(epoch.epoch, (known) => openedEpoch(known, epoch, this.#nowMs()));
  }

  async advance(
    epoch: EpochNumber,
    rangeId: RangeId,
    state: EpochState,
    change: EpochChange = {},
  ): Promise<EpochRecord | undefined> {
    return await this.#change(epoch, (known) => known && advancedEpoch(known, rangeId, state, change, this.#nowMs()));
  }

  async find(epoch: EpochNumber): Promise<EpochRecord | undefined> {
    return (await this.#find(epoch))?.record;
  }

  async latest(limit: number): Promise<readonly EpochRecord[]> {
    const firstTrial = keyOf(FIRST_TRIAL_EPOCH).sk;
    const query = { limit, backwards: true } as const;
    const [trials, ofRollup] = await Promise.all([
      queryItems(this.#table, PARTITION, { ...query, from: firstTrial }),
      queryItems(this.#table, PARTITION, { ...query, below: firstTrial }),
    ]);
    return [...trials, ...ofRollup].map((item) => this.#parse(item).record);
  }

  /** Reads, changes and writes, and starts over when another program wrote in between. */
  async #change<Changed extends EpochRecord | undefined>(
    epoch: EpochNumber,
    change: (known: EpochRecord | undefined) => Changed,
  ): Promise<Changed> {
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const known = await this.#find(epoch);
      const changed = change(known?.record);
      if (changed === undefined || changed === known?.record) return changed;
      if (await this.#write(changed, known?.version)) return changed;
      await pauseAfter(tries);
    }
    const { pk, sk } = keyOf(epoch);
    throw new LedgerBusyError(this.#table.name, pk, sk, MAX_TRIES);
  }

  async #write(record: EpochRecord, replaces: number | undefined): Promise<boolean> {
    const item = {
      ...EpochRecord.parse(record),
      ...keyOf(record.epoch),
      version: (replaces ?? 0) + 1,
      ...(record.closedAtMs !== undefined && { expiresAtSeconds: expiresAtSeconds(record.closedAtMs) }),
    };
    return await putVersion(this.#table, { item, replaces });
  }

  async #find(epoch: EpochNumber): Promise<StoredEpoch | undefined> {
    const item = await getItem(this.#table, keyOf(epoch));
    return item && this.#parse(item);
  }

  #parse(item: DynamoItem): StoredEpoch {
    const { version, ...record } = parseItem(EpochItem, this.#table, item);
    return { record, version };
  }
}

function keyOf(epoch: EpochNumber): ItemKey {
  return { pk: PARTITION, sk: `EPOCH#${padded(epoch)}` };
}
