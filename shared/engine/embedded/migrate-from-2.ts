import type { DatabaseSync } from 'node:sqlite';

import { DECISIONS_SCHEMA } from './sqlite-schema.ts';

/** Version 3 keeps what was decided. */
export function migrateFrom2(database: DatabaseSync): void {
  database.exec(DECISIONS_SCHEMA);
}
