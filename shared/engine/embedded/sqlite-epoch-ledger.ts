import type { SqliteDatabase } from './sqlite-database.ts';
import { type EpochNumber, FIRST_TRIAL_EPOCH } from '../../proving-job/proving-job-id.ts';
import { advancedEpoch, openedEpoch } from '../../ledger/epoch-changes.ts';
import {
  type EpochChange,
  type EpochLedger,
  EpochRecord,
  type EpochState,
  type NewEpoch,
} from '../../ledger/epoch-ledger.ts';
import type { RangeId } from '../../ledger/job-ledger.ts';

/** An {@link EpochLedger} in the engine's SQLite file: a row per epoch, its record as JSON. */
export class SqliteEpochLedger implements EpochLedger {
  readonly #database: SqliteDatabase;
  readonly #nowMs: () => number;

  constructor(database: SqliteDatabase, nowMs: () => number) {
    this.#database = database;
    this.#nowMs = nowMs;
  }

  async open(epoch: NewEpoch): Promise<EpochRecord> {
    return this.#database.immediate(() => {
      const known = this.#find(epoch.epoch);
      const opened = openedEpoch(known, epoch, this.#nowMs());
      return opened === known ? known : this.#write(opened);
    });
  }

  async advance(
    epoch: EpochNumber,
    rangeId: RangeId,
    state: EpochState,
    change: EpochChange = {},
  ): Promise<EpochRecord | undefined> {
    return this.#database.immediate(() => {
      const known = this.#find(epoch);
      if (known === undefined) return undefined;
      const advanced = advancedEpoch(known, rangeId, state, change, this.#nowMs());
      return advanced === known ? known : this.#write(advanced);
    });
  }

  async find(epoch: EpochNumber): Promise<EpochRecord | undefined> {
    return this.#find(epoch);
  }

  async latest(limit: number): Promise<readonly EpochRecord[]> {
    const rows = [
      ...this.#database.all(
        'select record from epochs where epoch >= ? order by epoch desc limit ?',
        FIRST_TRIAL_EPOCH,
        limit,
      ),
      ...this.#database.all(
        'select record from epochs where epoch < ? order by epoch desc limit ?',
        FIRST_TRIAL_EPOCH,
        limit,
      ),
    ];
    return rows.map((row) => EpochRecord.parse(JSON.parse(String(row['record']))));
  }

  #find(epoch: EpochNumber): EpochRecord | undefined {
    const row = this.#database.get('select record from epochs where epoch = ?', epoch);
    return row === undefined ? undefined : EpochRecord.parse(JSON.parse(String(row['record'])));
  }

  #write(record: EpochRecord): EpochRecord {
    const parsed = EpochRecord.parse(record);
    this.#database.run(
      'insert into epochs (epoch, record) values (?, ?) on conflict (epoch) do update set record = excluded.record',
      parsed.epoch,
      JSON.stringify(parsed),
    );
    return parsed;
  }
}
