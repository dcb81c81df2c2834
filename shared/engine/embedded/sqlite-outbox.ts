import type { SqliteDatabase } from './sqlite-database.ts';
import type { EpochNumber } from '../../proving-job/proving-job-id.ts';
import { type NewRoot, type Outbox, RootRecord } from '../../ledger/outbox.ts';
import { storedRoot } from '../../ledger/stored-root.ts';

/**
 * An {@link Outbox} in the engine's SQLite file: a row per epoch, its record as JSON.
 *
 * Every write is on the disk when it returns. Elsewhere a power cut may lose the last seconds, which are done again; a
 * signed transaction that was sent and lost could be sent twice, under another nonce.
 */
export class SqliteOutbox implements Outbox {
  readonly #database: SqliteDatabase;
  readonly #nowMs: () => number;

  constructor(database: SqliteDatabase, nowMs: () => number) {
    this.#database = database;
    this.#nowMs = nowMs;
  }

  async store(root: NewRoot): Promise<RootRecord> {
    return this.#database.immediateDurable(() => {
      const known = this.#find(root.epoch);
      const stored = storedRoot(known, root, this.#nowMs());
      return stored === known ? known : this.#write(stored);
    });
  }

  async find(epoch: EpochNumber): Promise<RootRecord | undefined> {
    return this.#find(epoch);
  }

  async open(): Promise<readonly RootRecord[]> {
    return this.#database
      .all(`select record from roots where state in ('waiting', 'sent') order by epoch`)
      .map((row) => RootRecord.parse(JSON.parse(String(row['record']))));
  }

  async replace(root: RootRecord): Promise<RootRecord | undefined> {
    return this.#database.immediateDurable(() => {
      if (this.#find(root.epoch)?.version !== root.version) return undefined;
      return this.#write({ ...root, version: root.version + 1 });
    });
  }

  #find(epoch: EpochNumber): RootRecord | undefined {
    const row = this.#database.get('select record from roots where epoch = ?', epoch);
    return row === undefined ? undefined : RootRecord.parse(JSON.parse(String(row['record'])));
  }

  #write(record: RootRecord): RootRecord {
    const parsed = RootRecord.parse(record);
    this.#database.run(
      'insert or replace into roots (epoch, state, version, record) values (?, ?, ?, ?)',
      parsed.epoch,
      parsed.state,
      parsed.version,
      JSON.stringify(parsed),
    );
    return parsed;
  }
}
