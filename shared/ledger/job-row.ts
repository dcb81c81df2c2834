import type { SqliteRow } from '../engine/sqlite-database.ts';
import { JobRecord } from './job-ledger.ts';

/** Reads a row of the table `jobs`. @throws {z.ZodError} when it is not a job: the file was written by something else. */
export function parseJobRow(row: SqliteRow): JobRecord {
  return JobRecord.parse({
    id: row['id'],
    epoch: row['epoch'],
    rangeId: row['range_id'],
    circuit: row['circuit'],
    pool: row['pool'],
    lane: row['lane'],
    networkVersion: row['network_version'],
    inputs: parseJson(row['inputs']),
    children: parseJson(row['children']),
    state: row['state'],
    attempts: parseJson(row['attempts']),
    recordedAtMs: row['recorded_at_ms'],
    enqueuedAtMs: row['enqueued_at_ms'] ?? undefined,
    lease: row['state'] === 'leased' ? leaseOf(row) : undefined,
    proof: parseJson(row['proof']),
    provenBy: row['proven_by'] ?? undefined,
    provingMs: row['proving_ms'] ?? undefined,
    claimedAtMs: row['claimed_at_ms'] ?? undefined,
    settledAtMs: row['settled_at_ms'] ?? undefined,
    reason: row['reason'] ?? undefined,
  });
}

function leaseOf(row: SqliteRow): unknown {
  return {
    jobId: row['id'],
    agentId: row['lease_agent_id'],
    token: row['lease_token'],
    claimedAtMs: row['lease_claimed_at_ms'],
    expiresAtMs: row['lease_expires_at_ms'],
  };
}

function parseJson(text: SqliteRow[string] | undefined): unknown {
  return typeof text === 'string' ? JSON.parse(text) : undefined;
}
