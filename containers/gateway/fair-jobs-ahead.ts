import type { CircuitName } from '../../shared/proving-job/circuit-catalogue.ts';
import { pause } from '../../shared/retry/pause.ts';
import { mayPrefetch, type PoolOutlook } from '../agent/job/prefetch-rule.ts';
import type { AgentSlot } from '../broker/agent-slot.ts';
import { JobsAhead, type JobsAheadDeps } from '../broker/jobs-ahead.ts';

export interface FairJobsAheadDeps extends JobsAheadDeps {
  readonly outlook: Pick<PoolOutlook, 'read'>;
  /** How often the rule is checked while the search goes on, in milliseconds. `Infinity`: once. */
  readonly pollMs: number;
}

/**
 * The job ahead of one agent in a fleet. A broker knows which of its agents wait; a gateway keeps to the rule of Coppice's own
 * agents, so that no agent waits for a job that is kept for a busy one.
 */
export class FairJobsAhead extends JobsAhead {
  readonly #deps: FairJobsAheadDeps;

  constructor(keepMs: number, deps: FairJobsAheadDeps) {
    super(keepMs, deps);
    this.#deps = deps;
  }

  override began(slot: AgentSlot, circuit: CircuitName, ask: (signal: AbortSignal) => void): void {
    super.began(slot, circuit, (signal) => void this.#askIfFair(ask, signal));
  }

  async #askIfFair(ask: (signal: AbortSignal) => void, signal: AbortSignal): Promise<void> {
    const { outlook, pollMs, log } = this.#deps;
    const isOver = (): boolean => signal.aborted;
    try {
      // The end of the proof is near when this is called.
      while (!mayPrefetch({ leftMs: 0, leadMs: 0, ...(await outlook.read()) })) {
        if (pollMs === Infinity) return;
        await pause(pollMs, signal);
        if (isOver()) return;
      }
      if (!isOver()) ask(signal);
    } catch (error) {
      log.debug({ err: error }, 'no job was claimed early');
    }
  }
}
