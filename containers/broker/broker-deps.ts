import type { Engine } from '../../shared/engine/engine.ts';
import type { RollupId } from '../../shared/proving-job/epoch-id.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';

/** Where the broker's jobs belong. */
export interface BrokerLine {
  readonly rollup: RollupId;
  /** The version of Aztec that nodes and agents run, such as `6.0.0`. */
  readonly networkVersion: string;
}

export type BrokerEngine = Pick<
  Engine,
  'jobs' | 'queue' | 'proofs' | 'settlements' | 'epochs' | 'agents' | 'incidents'
>;

/** What every part of the broker needs. */
export interface BrokerDeps {
  readonly engine: BrokerEngine;
  readonly line: BrokerLine;
  /** How long an agent keeps a job without a report, in seconds. */
  readonly leaseSeconds: number;
  readonly log: Logger;
  /** Unix time in milliseconds. */
  readonly nowMs: () => number;
}
