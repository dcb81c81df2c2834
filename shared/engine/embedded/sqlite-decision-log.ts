import type { SqliteDatabase } from './sqlite-database.ts';
import { Decision, type DecisionKind, type DecisionLog, type DecisionOf } from '../../ledger/decision-log.ts';

/** A {@link DecisionLog} in the engine's SQLite file, which keeps the newest. */
export class SqliteDecisionLog implements DecisionLog {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  async record(decision: Decision): Promise<void> {
    const record = Decision.parse(decision);
    this.#database.run(
      'insert into decisions (kind, at_ms, record) values (?, ?, ?)',
      record.kind,
      record.atMs,
      JSON.stringify(record),
    );
  }

  async latest<Kind extends DecisionKind>(kind: Kind, limit: number): Promise<readonly DecisionOf<Kind>[]> {
    return this.#database
      .all('select record from decisions where kind = ? order by at_ms desc, sequence desc limit ?', kind, limit)
      .map(({ record }) => Decision.parse(JSON.parse(String(record))) as DecisionOf<Kind>);
  }
}
