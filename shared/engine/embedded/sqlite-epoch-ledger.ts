import type { SqliteDatabase } from './sqlite-database.ts';
import { advancedEpoch, openedEpoch, reopenedEpoch } from '../../ledger/epoch-changes.ts';
import {
  byTimeOpened,
  type EpochChange,
  type EpochLedger,
  EpochRecord,
  type EpochState,
  type NewEpoch,
} from '../../ledger/epoch-ledger.ts';
import type { RangeId } from '../../ledger/job-ledger.ts';
import { type EpochId, isTrial } from '../../proving-job/epoch-id.ts';
import { UnreadableRecords } from '../unreadable-records.ts';
import { parseRecord, readRecords } from './record-row.ts';

/** An {@link EpochLedger} in the engine's SQLite file: a row per epoch, its record as JSON. */
export class SqliteEpochLedger implements EpochLedger {
  readonly #database: SqliteDatabase;
  readonly #nowMs: () => number;
  readonly #unreadable: UnreadableRecords;

  constructor(database: SqliteDatabase, nowMs: () => number, unreadable = new UnreadableRecords()) {
    this.#database = database;
    this.#nowMs = nowMs;
    this.#unreadable = unreadable;
  }

  async open(epoch: NewEpoch): Promise<EpochRecord> {
    return this.#database.immediate(() => {
      const known = this.#find(epoch.id);
      const opened = openedEpoch(known, epoch, this.#nowMs());
      return opened === known ? known : this.#write(opened);
    });
  }

  async advance(
    id: EpochId,
    rangeId: RangeId,
    state: EpochState,
    change: EpochChange = {},
  ): Promise<EpochRecord | undefined> {
    return this.#change(id, (known) => advancedEpoch(known, rangeId, state, change, this.#nowMs()));
  }

  async reopen(id: EpochId, rangeId: RangeId, reason: string): Promise<EpochRecord | undefined> {
    return this.#change(id, (known) => reopenedEpoch(known, rangeId, reason));
  }

  async find(id: EpochId): Promise<EpochRecord | undefined> {
    return this.#find(id);
  }

  async latest(limit: number): Promise<readonly EpochRecord[]> {
    return [...this.#latest(true, limit), ...this.#latest(false, limit)].toSorted(byTimeOpened);
  }

  #latest(isOfTrials: boolean, limit: number): EpochRecord[] {
    const rows = this.#database.all(
      'select id, record from epochs where is_trial = ? order by opened_at_ms desc, epoch desc',
      Number(isOfTrials),
    );
    return readRecords(rows, EpochRecord, { what: 'epoch', limit, unreadable: this.#unreadable });
  }

  #change(id: EpochId, change: (known: EpochRecord) => EpochRecord): EpochRecord | undefined {
    return this.#database.immediate(() => {
      const known = this.#find(id);
      if (known === undefined) return undefined;
      const changed = change(known);
      return changed === known ? known : this.#write(changed);
    });
  }

  #find(id: EpochId): EpochRecord | undefined {
    const row = this.#database.get('select record from epochs where id = ?', id);
    return row === undefined ? undefined : parseRecord(row, EpochRecord, `epoch ${id}`);
  }

  #write(record: EpochRecord): EpochRecord {
    const parsed = EpochRecord.parse(record);
    this.#database.run(
      `insert into epochs (id, epoch, is_trial, opened_at_ms, record) values (?, ?, ?, ?, ?)
       on conflict (id) do update set record = excluded.record`,
      parsed.id,
      parsed.epoch,
      Number(isTrial(parsed.id)),
      parsed.openedAtMs,
      JSON.stringify(parsed),
    );
    return parsed;
  }
}
