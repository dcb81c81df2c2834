import type { Engine } from '../../shared/engine/engine.ts';
import type { AgentId } from '../../shared/ledger/job-ledger.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { AgentStatus } from '../agent/agent-status.ts';
import type { TaskProtection } from '../agent/task-protection.ts';
import { AgentDoubt } from '../broker/agent-doubt.ts';
import { type AgentBook, type AgentSlot, newSlot } from '../broker/agent-slot.ts';

export interface GatewayAgentDeps {
  readonly engine: Pick<Engine, 'incidents'>;
  readonly status: AgentStatus;
  readonly protection: Pick<TaskProtection, 'on' | 'off' | 'blocksDeployment' | 'yieldToDeployment'>;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/** The one agent that calls this gateway: what it proves, in the registry and for the protection of its task. */
export class GatewayAgent implements AgentBook {
  readonly slot: AgentSlot;
  readonly #deps: GatewayAgentDeps;
  readonly #doubt: AgentDoubt;

  constructor(agentId: AgentId, deps: GatewayAgentDeps) {
    this.#deps = deps;
    this.#doubt = new AgentDoubt(deps);
    this.slot = newSlot(agentId, 'agent', deps.nowMs());
  }

  get all(): readonly AgentSlot[] {
    return [this.slot];
  }

  of(): AgentSlot {
    this.slot.lastSeenAtMs = this.#deps.nowMs();
    return this.slot;
  }

  began(slot: AgentSlot, jobId: ProvingJobId, atMs: number): void {
    slot.jobId = jobId;
    slot.jobSinceMs = atMs;
    this.#deps.status.proving(jobId, atMs);
    this.#deps.protection.on();
  }

  ended(slot: AgentSlot, outcome: 'proven' | 'failed' | 'lost'): void {
    const { status } = this.#deps;
    slot.jobId = undefined;
    slot.jobSinceMs = undefined;
    if (outcome === 'proven') {
      slot.jobsProven += 1;
      status.proven();
    }
    if (outcome === 'lost') return;
    this.#doubt.note(slot, outcome);
    if (slot.note === undefined) status.clearNote();
    else status.note(slot.note);
  }

  isDoubted(): boolean {
    return this.#doubt.isDoubted(this.slot);
  }

  /** Whether a deployment waits for this task to have no job. */
  get blocksDeployment(): boolean {
    return this.#deps.protection.blocksDeployment;
  }

  /** Gives ECS the time to stop the task for a deployment. The agent must get no job meanwhile. */
  async yieldToDeployment(signal: AbortSignal): Promise<void> {
    await this.#deps.protection.yieldToDeployment(signal);
  }

  /** The agent has no job, and gets none for now: its task may be stopped. @param isReady whether it could take one */
  rests(isReady: boolean): void {
    this.#deps.protection.off();
    if (isReady) this.#deps.status.idle();
  }
}
