import { readRecords } from './record-row.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { UnreadableRecords } from '../unreadable-records.ts';
import { Incident, type IncidentLog } from '../../ledger/incident-log.ts';

/** An {@link IncidentLog} in the engine's SQLite file, which keeps the newest. */
export class SqliteIncidentLog implements IncidentLog {
  readonly #database: SqliteDatabase;
  readonly #nowMs: () => number;
  readonly #unreadable: UnreadableRecords;

  constructor(database: SqliteDatabase, nowMs: () => number, unreadable = new UnreadableRecords()) {
    this.#database = database;
    this.#nowMs = nowMs;
    this.#unreadable = unreadable;
  }

  async report(incident: Omit<Incident, 'atMs'>): Promise<void> {
    const { atMs, kind, subject, message } = Incident.parse({ ...incident, atMs: this.#nowMs() });
    this.#database.run(
      'insert into incidents (at_ms, kind, subject, message) values (?, ?, ?, ?)',
      atMs,
      kind,
      subject,
      message,
    );
  }

  async latest(limit: number): Promise<readonly Incident[]> {
    const rows = this.#database.all(
      `select json_object('atMs', at_ms, 'kind', kind, 'subject', subject, 'message', message) as record
       from incidents order by sequence desc limit ?`,
      limit,
    );
    return readRecords(rows, Incident, { what: 'an incident', unreadable: this.#unreadable });
  }
}
