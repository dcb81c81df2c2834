import type { z } from 'zod';

import type { Note, Notes, ReadNote } from '../../ledger/notes.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** {@link Notes} in the engine's SQLite file: a row per program. */
export class SqliteNotes implements Notes {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  of<Value>(program: string, schema: z.ZodType<Value>): Note<Value> {
    return {
      find: async () => this.#find(program, schema),
      replace: async (value, version) => this.#replace(program, JSON.stringify(schema.parse(value)), version),
    };
  }

  #find<Value>(program: string, schema: z.ZodType<Value>): ReadNote<Value> {
    const row = this.#database.get('select version, note from notes where program = ?', program);
    if (row === undefined) return { value: undefined, version: undefined };
    return { value: schema.safeParse(JSON.parse(String(row['note']))).data, version: Number(row['version']) };
  }

  #replace(program: string, note: string, version: number | undefined): boolean {
    const changed =
      version === undefined
        ? this.#database.run('insert or ignore into notes (program, version, note) values (?, 1, ?)', program, note)
        : this.#database.run(
            'update notes set version = version + 1, note = ? where program = ? and version = ?',
            note,
            program,
            version,
          );
    return changed === 1;
  }
}
