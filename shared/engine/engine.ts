import type { JobQueue } from '../job-queue/job-queue.ts';
import type { AgentRegistry } from '../ledger/agent-registry.ts';
import type { DecisionLog } from '../ledger/decision-log.ts';
import type { EpochLedger } from '../ledger/epoch-ledger.ts';
import type { IncidentLog } from '../ledger/incident-log.ts';
import type { JobLedger } from '../ledger/job-ledger.ts';
import type { Outbox } from '../ledger/outbox.ts';
import type { SettlementFeed } from '../ledger/settlement-feed.ts';
import type { ProofStore } from '../proof-store/proof-store.ts';

/** The set of adapters that programs run on. */
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
  /** Lets go of files and connections. Safe to call twice. */
  close(): Promise<void>;
}
