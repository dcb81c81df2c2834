import type { SqliteDatabase } from './sqlite-database.ts';
import { UnreadableRecords } from '../unreadable-records.ts';
import { readRecords } from './record-row.ts';
import { Decision, type DecisionKind, type DecisionLog, type DecisionOf } from '../../ledger/decision-log.ts';

/** A {@link DecisionLog} in the engine's SQLite file, which keeps the newest. */
export class SqliteDecisionLog implements DecisionLog {
  readonly #database: SqliteDatabase;
  readonly #unreadable: UnreadableRecords;

  constructor(database: SqliteDatabase, unreadable = new UnreadableRecords()) {
    this.#database = database;
    this.#unreadable = unreadable;
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
    const rows = this.#database.all(
      'select record from decisions where kind = ? order by at_ms desc, sequence desc limit ?',
      kind,
      limit,
    );
    const options = { what: `a decision of the kind ${kind}`, unreadable: this.#unreadable };
    return readRecords(rows, Decision, options) as DecisionOf<Kind>[];
  }
}
