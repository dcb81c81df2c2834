import { join } from 'node:path';

import { SqliteJobQueue } from './sqlite-job-queue.ts';
import { type AttemptBudgets, DEFAULT_ATTEMPT_BUDGETS } from '../../ledger/job-ledger.ts';
import { SqliteAgentRegistry } from './sqlite-agent-registry.ts';
import { SqliteDecisionLog } from './sqlite-decision-log.ts';
import { SqliteEpochLedger } from './sqlite-epoch-ledger.ts';
import { SqliteIncidentLog } from './sqlite-incident-log.ts';
import { SqliteJobLedger } from './sqlite-job-ledger.ts';
import { SqliteNotes } from './sqlite-notes.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';
import { SqliteSettlementFeed } from './sqlite-settlement-feed.ts';
import { FileProofStore } from './file-proof-store.ts';
import type { Engine } from '../engine.ts';
import type { EngineLog } from '../engine-log.ts';
import type { ReadFreeBytes } from './disk-reserve.ts';
import { EmbeddedDisks } from './embedded-disks.ts';
import { machineSteadyMs } from './machine-clock.ts';
import { runRetention } from './retention.ts';
import { openSqliteDatabase } from './sqlite-database.ts';
import { UnreadableRecords } from '../unreadable-records.ts';

export interface EmbeddedEngineOptions {
  /** The folder that holds `coppice.sqlite` and `proofs/`; made when missing. The same for every process of the fleet. */
  readonly dataDirectory: string;
  /** The folder of the proofs. @default `proofs` in the data directory */
  readonly proofsDirectory?: string;
  /** How long a claimed message stays hidden without a heartbeat, in seconds. */
  readonly leaseSeconds: number;
  readonly attemptBudgets?: AttemptBudgets;
  /** Unix time in milliseconds. @default Date.now */
  readonly nowMs?: () => number;
  /** The clock by which leases and delays end, in milliseconds. @default `nowMs` where that is given, the machine's else */
  readonly steadyMs?: () => number;
  readonly log?: EngineLog;
  /** Whether this process deletes what is no longer kept: one of the fleet's is enough. @default false */
  readonly removesExpired?: boolean;
  /** @default statfs(2) */
  readonly readFreeBytes?: ReadFreeBytes;
}

/**
 * Builds the ports on one SQLite file and a folder of proofs: several processes on one machine, no server.
 *
 * @throws {SchemaVersionError} when another version of Coppice wrote the database.
 * @throws {ForeignDatabaseError} when the database is another program's.
 * @throws {DatabaseDamagedError} when the database is damaged; so may any call.
 */
export function openEmbeddedEngine(options: EmbeddedEngineOptions): Engine {
  const nowMs = options.nowMs ?? Date.now;
  const clock = { nowMs, steadyMs: options.steadyMs ?? options.nowMs ?? machineSteadyMs };
  const database = openSqliteDatabase(options.dataDirectory);
  const givenProofs = options.proofsDirectory === undefined ? [] : [options.proofsDirectory];
  const unreadable = new UnreadableRecords(options.log);
  const proofs = new FileProofStore(options.proofsDirectory ?? join(options.dataDirectory, 'proofs'), nowMs, options);
  const leftoversRemoved = proofs.removeLeftovers();
  const closed = new AbortController();
  const retention =
    options.removesExpired === true
      ? runRetention({ database, proofs, nowMs, log: options.log }, closed.signal)
      : undefined;
  return {
    queue: new SqliteJobQueue(database, { leaseSeconds: options.leaseSeconds, clock }),
    proofs,
    jobs: new SqliteJobLedger(database, {
      budgets: options.attemptBudgets ?? DEFAULT_ATTEMPT_BUDGETS,
      leaseSeconds: options.leaseSeconds,
      clock,
      unreadable,
    }),
    settlements: new SqliteSettlementFeed(database),
    epochs: new SqliteEpochLedger(database, nowMs, unreadable),
    outbox: new SqliteOutbox(database, nowMs, unreadable),
    agents: new SqliteAgentRegistry(database, nowMs, unreadable),
    incidents: new SqliteIncidentLog(database, nowMs, unreadable),
    decisions: new SqliteDecisionLog(database, unreadable),
    notes: new SqliteNotes(database),
    disks: new EmbeddedDisks([options.dataDirectory, ...givenProofs], options.readFreeBytes),
    // Nothing scales the agents of one machine, and no function runs there.
    growingEpochs: undefined,
    spotEvents: undefined,
    keptDeadLetters: undefined,
    scaler: undefined,
    unreadable,
    close: async () => {
      closed.abort();
      await Promise.all([leftoversRemoved, retention]);
      database.close();
    },
  };
}
