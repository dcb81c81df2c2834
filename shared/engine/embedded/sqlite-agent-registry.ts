import type { SqliteDatabase } from './sqlite-database.ts';
import { AgentRecord, type AgentRegistry } from '../../ledger/agent-registry.ts';

/** Agents of the past are forgotten after a day. */
const KEPT_MS = 24 * 3_600_000;

/** An {@link AgentRegistry} in the engine's SQLite file: a row per agent, its record as JSON. */
export class SqliteAgentRegistry implements AgentRegistry {
  readonly #database: SqliteDatabase;
  readonly #nowMs: () => number;

  constructor(database: SqliteDatabase, nowMs: () => number) {
    this.#database = database;
    this.#nowMs = nowMs;
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
    return this.#database
      .all(
        'select record from agents where last_seen_at_ms >= ? order by agent_id',
        this.#nowMs() - withinSeconds * 1000,
      )
      .map((row) => AgentRecord.parse(JSON.parse(String(row['record']))));
  }
}
