import { z } from 'zod';

import { JobRecord } from '../../ledger/job-ledger.ts';
import { EpochId, parseEpochId } from '../../proving-job/epoch-id.ts';
import type { ProvingJobId } from '../../proving-job/proving-job-id.ts';
import { type ClockReading, toUnixMs } from './machine-clock.ts';
import type { SqliteDatabase, SqliteRow } from './sqlite-database.ts';

/** An object's column; `uri` where official nodes and agents keep it elsewhere. A proof's also has its agent's `speedClass`. */
const Payload = z.looseObject({ uri: z.string().optional(), speedClass: z.number().optional() });

export function findJob(database: SqliteDatabase, jobId: ProvingJobId, at: ClockReading): JobRecord | undefined {
  const row = database.get('select * from jobs where id = ?', jobId);
  return row === undefined ? undefined : parseJobRow(row, at);
}

/** Reads a row of the table `jobs`, with its leases in Unix time. @throws {z.ZodError} when it is not a valid job: something else wrote to the file. */
export function parseJobRow(row: SqliteRow, at: ClockReading): JobRecord {
  const { uri: inputsUri = null, ...inputs } = Payload.parse(parseJson(row['inputs']));
  const { uri: proofUri = null, speedClass = null, ...proof } = Payload.nullable().parse(parseJson(row['proof'])) ?? {};
  const fields = {
    id: row['id'],
    epoch: parseEpochId(EpochId.parse(row['epoch_id'])).epoch,
    rangeId: row['range_id'],
    circuit: row['circuit'],
    pool: row['pool'],
    lane: row['lane'],
    networkVersion: row['network_version'],
    inputs,
    inputsUri,
    wireType: row['wire_type'],
    children: parseJson(row['children']),
    state: row['state'],
    attempts: parseJson(row['attempts']),
    failedBy: parseJson(row['failed_by']),
    recordedAtMs: row['recorded_at_ms'],
    enqueuedAtMs: row['enqueued_at_ms'],
    lease: row['state'] === 'leased' ? leaseOf(row, at) : null,
    copyAskedAtMs: row['copy_asked_at_ms'],
    straggler: stragglerOf(row, at),
    proof: 'key' in proof ? proof : null,
    proofUri,
    provenBy: row['proven_by'],
    provingMs: row['proving_ms'],
    speedClass,
    claimedAtMs: row['claimed_at_ms'],
    settledAtMs: row['settled_at_ms'],
    reason: row['reason'],
  };
  // A null column is an absent field.
  return JobRecord.parse(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)));
}

function leaseOf(row: SqliteRow, at: ClockReading): unknown {
  return {
    jobId: row['id'],
    agentId: row['lease_agent_id'],
    token: row['lease_token'],
    claimedAtMs: row['lease_claimed_at_ms'],
    expiresAtMs: toUnixMs(Number(row['lease_expires_steady_ms']), at),
  };
}

function stragglerOf(row: SqliteRow, at: ClockReading): unknown {
  const lease = parseJson(row['straggler']);
  if (typeof lease !== 'object' || lease === null || !('expiresAtMs' in lease)) return lease;
  return { ...lease, expiresAtMs: toUnixMs(Number(lease.expiresAtMs), at) };
}

function parseJson(column: SqliteRow[string] | undefined): unknown {
  return typeof column === 'string' ? JSON.parse(column) : null;
}
