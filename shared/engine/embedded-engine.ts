import type { AttemptBudgets } from '../ledger/job-ledger.ts';
import type { Engine } from './engine.ts';

export interface EmbeddedEngineOptions {
  /** The folder that holds `coppice.sqlite` and `proofs/`; made when missing. Every process of the fleet names the same. */
  readonly dataDirectory: string;
  /** How long a claimed message stays hidden without a heartbeat, in seconds. */
  readonly leaseSeconds: number;
  readonly attemptBudgets?: AttemptBudgets;
  /** Unix time in milliseconds. @default Date.now */
  readonly nowMs?: () => number;
}

/** Builds the ports on one SQLite file and a folder of proofs: several processes on one machine, no server. */
export declare function openEmbeddedEngine(options: EmbeddedEngineOptions): Engine;
