import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';

import { DatabaseDamagedError, ForeignDatabaseError, SchemaVersionError } from '../errors.ts';
import { MIGRATIONS } from './migrations.ts';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './sqlite-schema.ts';

/** How long a statement waits for another process's transaction. Coppice's take milliseconds; a stalled disk takes seconds. */
const BUSY_TIMEOUT_MS = 10_000;
const OPEN_RETRY_MS = 5;
/** SQLite's primary result code SQLITE_BUSY; extended codes carry it in their low byte. */
const SQLITE_BUSY = 5;
/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const DAMAGE = [11, 26];

export type SqliteRow = Record<string, SQLOutputValue>;

/**
 * One connection to the engine's database: several processes (and threads, each with its own connection) share
 * the file, and any of them may be killed at any moment.
 *
 * Everything here is synchronous, so a process's own calls never interleave within one of its transactions.
 */
export class SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  readonly #path: string;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  get isOpen(): boolean {
    return this.#database.isOpen;
  }

  /** The first row, or `undefined`. */
  get(sql: string, ...parameters: SQLInputValue[]): SqliteRow | undefined {
    // Node's own `get` stops after the first row and drops the error of the commit that follows: an `update … returning`
    // would return a row that a full disk did not take.
    return this.all(sql, ...parameters)[0];
  }

  all(sql: string, ...parameters: SQLInputValue[]): SqliteRow[] {
    return this.#run(sql, (statement) => statement.all(...parameters));
  }

  /** Returns how many rows changed. */
  run(sql: string, ...parameters: SQLInputValue[]): number {
    return Number(this.#run(sql, (statement) => statement.run(...parameters)).changes);
  }

  /**
   * Runs `work` in one transaction that holds the write lock from its start: what it reads is still true when it
   * writes. A transaction that only took the lock at its first write would fail instead of waiting.
   */
  immediate<T>(work: () => T): T {
    this.run('begin immediate');
    try {
      const result = work();
      this.run('commit');
      return result;
    } catch (error) {
      // SQLite has already rolled back by itself after some errors, such as a full disk.
      if (this.#database.isTransaction) this.#prepared('rollback').run();
      throw error;
    }
  }

  /** As {@link immediate}, and on the disk when it returns: it survives a power cut. Costs an fsync. */
  immediateDurable<T>(work: () => T): T {
    this.#database.exec('pragma synchronous = full');
    try {
      return this.immediate(work);
    } finally {
      this.#database.exec('pragma synchronous = normal');
    }
  }

  /** Safe to call twice. */
  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  #run<T>(sql: string, execute: (statement: StatementSync) => T): T {
    try {
      return execute(this.#prepared(sql));
    } catch (error) {
      throw explained(error, this.#path);
    }
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/**
 * Opens `<dataDirectory>/coppice.sqlite`, creates it when missing and migrates it when an older Coppice wrote it: any number
 * of processes may do so at once.
 *
 * @throws {SchemaVersionError} when it was written by a version of Coppice that this one cannot read.
 * @throws {ForeignDatabaseError} when it is another program's.
 * @throws {DatabaseDamagedError} when it is damaged; any later call may find that too.
 */
export function openSqliteDatabase(dataDirectory: string): SqliteDatabase {
  mkdirSync(dataDirectory, { recursive: true });
  const path = join(dataDirectory, 'coppice.sqlite');
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    prepareConnection(database);
    prepareSchema(database, path);
  } catch (error) {
    database.close();
    throw explained(error, path);
  }
  return new SqliteDatabase(database, path);
}

/**
 * Checks that this program can read the database, and changes nothing.
 * @throws {SchemaVersionError} @throws {ForeignDatabaseError} @throws {DatabaseDamagedError}
 */
export function checkSqliteDatabase(path: string): void {
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    schemaVersion(database, path);
  } catch (error) {
    throw explained(error, path);
  } finally {
    database.close();
  }
}

function prepareConnection(database: DatabaseSync): void {
  // WAL: readers never wait for the writer, and a commit is one append. The switch itself does not wait for other
  // processes that open the same new file, whatever the busy timeout says.
  retryWhileBusy(() => database.exec('pragma journal_mode = wal'));
  // NORMAL: a commit survives the death of any process at once, and a power cut once the kernel has written it out
  // (the file is never corrupt). A power cut loses the last seconds of claims and settlements: those jobs are
  // claimed again and their proofs are found in the store. FULL would cost each of a job's writes an fsync.
  database.exec('pragma synchronous = normal');
  // Copy the log into the file every 16 MiB instead of every 4: a quarter of the fsyncs, and a third off a busy queue's
  // time. The log itself is no less safe.
  database.exec('pragma wal_autocheckpoint = 4000');
}

function prepareSchema(database: DatabaseSync, path: string): void {
  if (schemaVersion(database, path) === SCHEMA_VERSION) return;
  database.exec('begin immediate');
  // Check again under the lock: another process may have made the tables meanwhile.
  const version = schemaVersion(database, path);
  if (version === undefined) {
    database.exec(SCHEMA);
    database.exec(`pragma application_id = ${APPLICATION_ID}`);
  } else {
    for (const migrate of MIGRATIONS.slice(version - 1)) migrate(database);
  }
  database.exec(`pragma user_version = ${SCHEMA_VERSION}`);
  database.exec('commit');
}

/** The version of the tables, when this program can read or migrate them; `undefined` when the file is new. */
function schemaVersion(database: DatabaseSync, path: string): number | undefined {
  const row = database
    .prepare(
      `select (select user_version from pragma_user_version) as version,
              (select application_id from pragma_application_id) as application_id,
              (select count(*) from sqlite_schema) as objects`,
    )
    .get();
  if (row?.['objects'] === 0) return undefined;
  if (row?.['application_id'] !== APPLICATION_ID) throw new ForeignDatabaseError(path);
  const version = Number(row['version']);
  if (version < 1 || version > SCHEMA_VERSION) throw new SchemaVersionError(path, SCHEMA_VERSION, version);
  return version;
}

function retryWhileBusy(work: () => void): void {
  const giveUpAtMs = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpAtMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, OPEN_RETRY_MS);
    }
  }
}

function explained(error: unknown, path: string): unknown {
  const code = resultCode(error);
  return error instanceof Error && code !== undefined && DAMAGE.includes(code)
    ? new DatabaseDamagedError(path, { cause: error })
    : error;
}

function isBusy(error: unknown): boolean {
  return resultCode(error) === SQLITE_BUSY;
}

function resultCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
}
