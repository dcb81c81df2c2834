import type { DatabaseSync } from 'node:sqlite';

/** Version 4 knows of second copies of a job. */
export function migrateFrom3(database: DatabaseSync): void {
  database.exec('alter table jobs add column copy_asked_at_ms integer');
  database.exec('alter table jobs add column straggler text');
}
