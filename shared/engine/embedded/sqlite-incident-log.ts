import type { SqliteDatabase } from './sqlite-database.ts';
import { Incident, type IncidentLog } from '../../ledger/incident-log.ts';

/** An {@link IncidentLog} in the engine's SQLite file, which keeps the newest. */
export class SqliteIncidentLog implements IncidentLog {
  readonly #database: SqliteDatabase;
  readonly #nowMs: () => number;

  constructor(database: SqliteDatabase, nowMs: () => number) {
    this.#database = database;
    this.#nowMs = nowMs;
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
    return this.#database
      .all('select at_ms as atMs, kind, subject, message from incidents order by sequence desc limit ?', limit)
      .map((row) => Incident.parse(row));
  }
}
