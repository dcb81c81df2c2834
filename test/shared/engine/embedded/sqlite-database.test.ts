import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DatabaseDamagedError, ForeignDatabaseError, SchemaVersionError } from '../../../../shared/engine/errors.ts';
import { openSqliteDatabase, type SqliteDatabase } from '../../../../shared/engine/embedded/sqlite-database.ts';
import { SCHEMA_VERSION } from '../../../../shared/engine/embedded/sqlite-schema.ts';

const RECORDING_PROCESS = fileURLToPath(new URL('../processes/recording-process.ts', import.meta.url));
const INSERT_INCIDENT = `insert into incidents (at_ms, kind, subject, message) values (1, 'submission', ?, '')`;
const FULL = 2;
const NORMAL = 1;

describe('the database of the embedded engine', () => {
  let dataDirectory: string;
  let path: string;
  const opened: SqliteDatabase[] = [];
  beforeEach(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-database-'));
    path = join(dataDirectory, 'coppice.sqlite');
  });
  afterEach(async () => {
    for (const database of opened.splice(0)) database.close();
    await rm(dataDirectory, { recursive: true });
  });

  function open(directory = dataDirectory): SqliteDatabase {
    const database = openSqliteDatabase(directory);
    opened.push(database);
    return database;
  }

  const note = (database: SqliteDatabase, subject: string): number => database.run(INSERT_INCIDENT, subject);
  const subjects = (database: SqliteDatabase): unknown[] =>
    database.all('select subject from incidents order by sequence').map((row) => row['subject']);

  it('creates its folder, and keeps its data when it is opened again', () => {
    const directory = join(dataDirectory, 'a', 'b');
    const first = open(directory);
    note(first, 'kept');
    first.close();
    expect(subjects(open(directory))).toEqual(['kept']);
  });

  it('lets a process write while another is in the middle of reading, and shows the reader one state', () => {
    const [writer, reader] = [open(), open()];
    reader.run('begin');
    expect(subjects(reader)).toEqual([]);
    note(writer, 'meanwhile');
    expect(subjects(reader)).toEqual([]);
    reader.run('commit');
    expect(subjects(reader)).toEqual(['meanwhile']);
  });

  it.each([0, SCHEMA_VERSION + 1, 99])('refuses a database of schema version %i, and says what to do', (version) => {
    open().close();
    const raw = new DatabaseSync(path);
    raw.exec(`pragma user_version = ${version}`);
    raw.close();
    const refusal = new SchemaVersionError(path, SCHEMA_VERSION, version);
    expect(() => open()).toThrow(refusal);
    expect(refusal.message).toBe(
      `database ${path} has schema version ${version}, this program reads version ${SCHEMA_VERSION}: ` +
        'run the version of coppice that wrote it, or name another data directory',
    );
  });

  it("refuses another program's database, and leaves it as it is", () => {
    const raw = new DatabaseSync(path);
    raw.exec('create table recipes (name text)');
    expect(() => open()).toThrow(ForeignDatabaseError);
    expect(raw.prepare('select name from sqlite_schema').all()).toEqual([{ name: 'recipes' }]);
    raw.close();
  });

  it('refuses a file that is no database, and says where it is and what to do', async () => {
    await writeFile(path, 'a text of some length, '.repeat(400));
    expect(() => open()).toThrow(DatabaseDamagedError);
    expect(() => open()).toThrow(
      `database ${path} is damaged (file is not a database): stop the fleet, move this file and those named ${path}-wal and ` +
        `${path}-shm aside, and restore them from a backup, or start without them: the node then takes open epochs up anew`,
    );
  });

  it('says so of a file that was cut off, in whatever call finds it', async () => {
    const whole = open();
    whole.immediate(() => {
      for (let note = 0; note < 1_000; note++) whole.run(INSERT_INCIDENT, `incident ${note} `.repeat(10));
    });
    whole.close();
    await truncate(path, Math.floor((await stat(path)).size / 8192) * 4096);
    const read = (): unknown => subjects(open());
    const write = (): unknown => open().immediate(() => opened.at(-1)?.run('delete from incidents'));
    for (const call of [read, write]) {
      expect(call).toThrow(DatabaseDamagedError);
      expect(call).toThrow(`database ${path} is damaged (database disk image is malformed): stop the fleet`);
    }
  });

  it('keeps other writers out from the start of a transaction, so that what it reads stays true', () => {
    const database = open();
    const other = new DatabaseSync(path, { timeout: 0 });
    const write = (): void => other.exec(`insert into incidents values (9, 1, 'submission', 'in between', '')`);
    database.immediate(() => {
      expect(subjects(database)).toEqual([]);
      expect(write).toThrow('database is locked');
    });
    write();
    other.close();
  });

  it('keeps nothing of a transaction whose work throws, and goes on', () => {
    const database = open();
    expect(() =>
      database.immediate(() => {
        note(database, 'half done');
        throw new Error('no');
      }),
    ).toThrow('no');
    database.immediate(() => note(database, 'done'));
    expect(subjects(database)).toEqual(['done']);
  });

  it('forces only durable transactions to the disk', () => {
    const database = open();
    const synchronous = (): unknown => database.get('pragma synchronous')?.['synchronous'];
    expect(database.immediateDurable(synchronous)).toBe(FULL);
    expect(database.immediate(synchronous)).toBe(NORMAL);
    expect(() =>
      database.immediateDurable(() => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(synchronous()).toBe(NORMAL);
  });

  it('fails a write that the disk does not take, instead of returning a row that was not stored', async () => {
    // A limit on the size of files stands for a full disk. In dash and bash alike 600 blocks are at most 600 KiB.
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      'ulimit -f 600 && exec "$@"',
      'sh',
      process.execPath,
      RECORDING_PROCESS,
      dataDirectory,
    ]);
    expect(stdout).toMatch(/^took \d+, then: (disk I\/O error|database or disk is full)/);
    const stored = open().get('select count(*) as jobs from jobs')?.['jobs'];
    expect(stdout).toContain(`took ${String(stored)},`);
  });
});
