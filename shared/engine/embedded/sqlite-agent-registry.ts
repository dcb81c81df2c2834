import type { SqliteDatabase } from './sqlite-database.ts';
import { AgentRecord, type AgentRegistry } from '../../ledger/agent-registry.ts';
import { UnreadableRecords } from '../unreadable-records.ts';
import { readRecords } from './record-row.ts';

/** Agents of the past are forgotten after a day. */
const KEPT_MS = 24 * 3_600_000;

/** An {@link AgentRegistry} in the engine's SQLite file: a row per agent, its record as JSON. */
export class SqliteAgentRegistry implements AgentRegistry {
  readonly #database: SqliteDatabase;
  readonly #nowMs: () => number;
  readonly #unreadable: UnreadableRecords;

  constructor(database: SqliteDatabase, nowMs: () => number, unreadable = new UnreadableRecords()) {
    this.#database = database;
    this.#nowMs = nowMs;
    this.#unreadable = unreadable;
  }

  async report(agent: AgentRecord): Promise<void> {
    const parsed = AgentRecord.parse(agent);
    this.#database.immediate(() => {
      this.#database.run(
        'insert or replace into agents (agent_id, last_seen_at_ms, record) values (?, ?, ?)',
        parsed.agentId,
        parsed.lastSeenAtMs,
        JSON.stringify(parsed),
      );
      this.#database.run('delete from agents where last_seen_at_ms < ?', this.#nowMs() - KEPT_MS);
    });
  }

  async seenWithin(withinSeconds: number): Promise<readonly AgentRecord[]> {
    const rows = this.#database.all(
      'select agent_id as id, record from agents where last_seen_at_ms >= ? order by agent_id',
      this.#nowMs() - withinSeconds * 1000,
    );
    return readRecords(rows, AgentRecord, { what: 'agent', unreadable: this.#unreadable });
  }
}
