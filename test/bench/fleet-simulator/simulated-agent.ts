import type { Capacity } from '../../../shared/agent-fleet/agent-fleet.ts';
import type { SimulatedJob } from './simulated-job.ts';
import type { SimulatedPool } from './pools.ts';

/** `ordered`: not placed on a machine yet. `leaving`: it was asked to stop and finishes its job first. */
export type AgentState = 'ordered' | 'starting' | 'idle' | 'proving' | 'leaving' | 'stopped';

export class SimulatedAgent {
  readonly pool: SimulatedPool;
  readonly capacity: Capacity;
  state: AgentState = 'ordered';
  placedAtSeconds: number | undefined;
  job: SimulatedJob | undefined;
  jobSinceSeconds = 0;
  /** Of the attempt under way. */
  jobSeconds = 0;
  /** Time with a job. */
  provingSeconds = 0;
  /** Its machine fails every job at once. */
  isBroken = false;
  /** Failed jobs in a row. */
  failures = 0;

  constructor(pool: SimulatedPool, capacity: Capacity) {
    this.pool = pool;
    this.capacity = capacity;
  }

  get isUp(): boolean {
    return this.state === 'idle' || this.state === 'proving';
  }
}
