import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import { isWithin } from '../../shared/retry/is-within.ts';
import type { AgentSlot } from './agent-slot.ts';

/** A job that failed on an agent is left to others for so long. */
const LEFT_TO_OTHERS_MS = 60_000;

/** The jobs that failed on agents lately: each is for other agents first. */
export class FailedJobs {
  readonly #nowMs: () => number;
  readonly #failures = new Map<ProvingJobId, Map<string, number>>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  note(jobId: ProvingJobId, { agentId }: AgentSlot): void {
    const nowMs = this.#nowMs();
    for (const [id, failures] of this.#failures) {
      if ([...failures.values()].every((atMs) => !isWithin(LEFT_TO_OTHERS_MS, atMs, nowMs))) this.#failures.delete(id);
    }
    const failures = this.#failures.get(jobId) ?? new Map<string, number>();
    this.#failures.set(jobId, failures.set(agentId, nowMs));
  }

  hasFailedOn(jobId: ProvingJobId, { agentId }: AgentSlot): boolean {
    const failedAtMs = this.#failures.get(jobId)?.get(agentId) ?? -Infinity;
    return isWithin(LEFT_TO_OTHERS_MS, failedAtMs, this.#nowMs());
  }
}
