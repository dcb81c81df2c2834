import { PutCommand } from '@aws-sdk/lib-dynamodb';

import { AgentRecord, type AgentRegistry } from '../../../ledger/agent-registry.ts';
import { parseReadable, queryItems } from '../dynamo/dynamo-item.ts';
import type { DynamoTable } from '../dynamo/dynamo-table.ts';
import { UnreadableRecords } from '../../unreadable-records.ts';

const HOUR_MS = 3_600_000;
/** Agents of the past are forgotten after a day. */
const KEPT_MS = 24 * HOUR_MS;

/**
 * An {@link AgentRegistry} in the ledger's DynamoDB table: an item per agent and hour, under the hour it was last seen.
 * A report is one write without a condition, and listing agents takes a Query per hour instead of an index.
 */
export class DynamoAgentRegistry implements AgentRegistry {
  readonly #table: DynamoTable;
  readonly #nowMs: () => number;
  readonly #unreadable: UnreadableRecords;

  constructor(table: DynamoTable, nowMs: () => number, unreadable = new UnreadableRecords()) {
    this.#table = table;
    this.#nowMs = nowMs;
    this.#unreadable = unreadable;
  }

  async report(agent: AgentRecord): Promise<void> {
    const record = AgentRecord.parse(agent);
    await this.#table.client.send(
      new PutCommand({
        TableName: this.#table.name,
        Item: {
          ...record,
          pk: partitionOf(record.lastSeenAtMs),
          sk: `AGENT#${record.agentId}`,
          expiresAtSeconds: Math.floor((record.lastSeenAtMs + KEPT_MS) / 1000),
        },
      }),
    );
  }

  async seenWithin(withinSeconds: number): Promise<readonly AgentRecord[]> {
    const nowMs = this.#nowMs();
    const sinceMs = nowMs - Math.min(withinSeconds * 1000, KEPT_MS);
    // Agents report every few seconds, so a slightly old result makes no difference, and every agent reads it.
    const late = { mayBeLate: true };
    const pages = await Promise.all(partitionsSince(sinceMs, nowMs).map((pk) => queryItems(this.#table, pk, late)));
    const newest = new Map<string, AgentRecord>();
    // The hours ascend, so an agent's later report replaces its earlier one.
    const agents = parseReadable(pages.flat(), AgentRecord, {
      table: this.#table,
      nameOf: ({ agentId }) => `agent ${String(agentId)}`,
      unreadable: this.#unreadable,
    });
    for (const agent of agents) newest.set(agent.agentId, agent);
    return [...newest.values()]
      .filter(({ lastSeenAtMs }) => lastSeenAtMs >= sinceMs)
      .toSorted((a, b) => (a.agentId < b.agentId ? -1 : 1));
  }
}

function partitionsSince(sinceMs: number, nowMs: number): string[] {
  const partitions: string[] = [];
  // One hour more: an agent's clock may be ahead of ours.
  for (let atMs = sinceMs - (sinceMs % HOUR_MS); atMs <= nowMs + HOUR_MS; atMs += HOUR_MS) {
    partitions.push(partitionOf(atMs));
  }
  return partitions;
}

function partitionOf(atMs: number): string {
  return `AGENTS#${Math.floor(atMs / HOUR_MS)}`;
}
