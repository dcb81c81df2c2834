import type { GrowingEpochs } from '../agent-fleet/growing-epoch.ts';
import type { Scaler } from '../agent-fleet/scaler.ts';
import type { SpotEvents } from '../agent-fleet/spot-events.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';
import type { KeptDeadLetters } from '../job-queue/kept-dead-letters.ts';
import type { AgentRegistry } from '../ledger/agent-registry.ts';
import type { DecisionLog } from '../ledger/decision-log.ts';
import type { EpochLedger } from '../ledger/epoch-ledger.ts';
import type { IncidentLog } from '../ledger/incident-log.ts';
import type { JobLedger } from '../ledger/job-ledger.ts';
import type { Notes } from '../ledger/notes.ts';
import type { Outbox } from '../ledger/outbox.ts';
import type { SettlementFeed } from '../ledger/settlement-feed.ts';
import type { ProofStore } from '../proof-store/proof-store.ts';
import type { Disks } from './disks.ts';
import type { UnreadableRecords } from './unreadable-records.ts';

/**
 * The set of adapters that programs run on. `disks` is `undefined` on AWS, and the four ports after it where nothing scales
 * the agents.
 */
export interface Engine {
  readonly queue: JobQueue;
  readonly proofs: ProofStore;
  readonly jobs: JobLedger;
  readonly settlements: SettlementFeed;
  readonly epochs: EpochLedger;
  readonly outbox: Outbox;
  readonly agents: AgentRegistry;
  readonly incidents: IncidentLog;
  readonly decisions: DecisionLog;
  readonly notes: Notes;
  readonly disks: Disks | undefined;
  readonly growingEpochs: GrowingEpochs | undefined;
  readonly spotEvents: SpotEvents | undefined;
  readonly keptDeadLetters: KeptDeadLetters | undefined;
  readonly scaler: Scaler | undefined;
  /** What lists have left out so far. */
  readonly unreadable: UnreadableRecords;
  /** Lets go of files and connections. Safe to call twice. */
  close(): Promise<void>;
}

/** An {@link Engine} that has every port of a fleet on AWS. */
export type CompleteEngine = { readonly disks: undefined } & {
  readonly [Port in Exclude<keyof Engine, 'disks'>]: NonNullable<Engine[Port]>;
};
