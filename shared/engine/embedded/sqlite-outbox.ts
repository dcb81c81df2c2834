import type { SqliteDatabase } from './sqlite-database.ts';
import { byDeadline, type NewRoot, type Outbox, RootRecord } from '../../ledger/outbox.ts';
import { storedRoot } from '../../ledger/stored-root.ts';
import type { EpochId } from '../../proving-job/epoch-id.ts';
import { UnreadableRecords } from '../unreadable-records.ts';
import { parseRecord, readRecords } from './record-row.ts';

/**
 * An {@link Outbox} in the engine's SQLite file: a row per epoch, its record as JSON.
 *
 * Every write is on the disk when it returns. Elsewhere a power cut may lose the last seconds, which are done again; a
 * signed transaction that was sent and lost could be sent twice, under another nonce.
 */
export class SqliteOutbox implements Outbox {
  readonly #database: SqliteDatabase;
  readonly #nowMs: () => number;
  readonly #unreadable: UnreadableRecords;

  constructor(database: SqliteDatabase, nowMs: () => number, unreadable = new UnreadableRecords()) {
    this.#database = database;
    this.#nowMs = nowMs;
    this.#unreadable = unreadable;
  }

  async store(root: NewRoot): Promise<RootRecord> {
    return this.#database.immediateDurable(() => {
      const known = this.#find(root.epochId);
      const stored = storedRoot(known, root, this.#nowMs());
      return stored === known ? known : this.#write(stored);
    });
  }

  async find(epochId: EpochId): Promise<RootRecord | undefined> {
    return this.#find(epochId);
  }

  async open(): Promise<readonly RootRecord[]> {
    const rows = this.#database.all(`select epoch_id as id, record from roots where state in ('waiting', 'sent')`);
    return readRecords(rows, RootRecord, { what: 'root of epoch', unreadable: this.#unreadable }).toSorted(byDeadline);
  }

  async replace(root: RootRecord): Promise<RootRecord | undefined> {
    return this.#database.immediateDurable(() => {
      if (this.#find(root.epochId)?.version !== root.version) return undefined;
      return this.#write({ ...root, version: root.version + 1 });
    });
  }

  #find(epochId: EpochId): RootRecord | undefined {
    const row = this.#database.get('select record from roots where epoch_id = ?', epochId);
    return row === undefined ? undefined : parseRecord(row, RootRecord, `root of epoch ${epochId}`);
  }

  #write(record: RootRecord): RootRecord {
    const parsed = RootRecord.parse(record);
    this.#database.run(
      'insert or replace into roots (epoch_id, state, version, record) values (?, ?, ?, ?)',
      parsed.epochId,
      parsed.state,
      parsed.version,
      JSON.stringify(parsed),
    );
    return parsed;
  }
}
