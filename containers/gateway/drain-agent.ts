import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import { pause } from '../../shared/retry/pause.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Drain } from '../agent/drain.ts';
import type { HeldLeases } from '../broker/held-leases.ts';
import type { AgentCheck } from './check-agent.ts';
import type { GatewayAgent } from './gateway-agent.ts';
import type { ProofUnderWay } from './proof-under-way.ts';

/** Between two checks whether the agent is still there. */
const CHECK_MS = 500;

export interface DrainAgentDeps {
  readonly drain: Drain;
  readonly proof: Pick<ProofUnderWay, 'expectedEndMs'>;
  readonly agent: GatewayAgent;
  readonly held: Pick<HeldLeases, 'release'>;
  /** Whether the gateway is asked to end before its agent, as in a task of ECS: an agent that has gone by then ended by itself. */
  readonly isStoppedFirst: boolean;
  /** Counts the attempt as one that its agent has lost. */
  readonly lose: (jobId: ProvingJobId, message: string) => Promise<void>;
  readonly check: Pick<AgentCheck, 'isGone'>;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/**
 * Lets the agent finish its job if it can in the time of the drain, else gives the job back at no cost, so that another agent
 * begins at once. Nothing can make the agent stop, so its proof is accepted for as long as it runs.
 *
 * A container that ends within its first minute is not restarted, but ends its task: the gateway learns of it by its own
 * drain. That counts as a lost attempt, or a job that ends its agents so early would never be rejected.
 */
export async function drainAgent(deps: DrainAgentDeps): Promise<void> {
  const { drain, proof, agent, held, isStoppedFirst, lose, check, log, nowMs } = deps;
  const { jobId } = agent.slot;
  if (jobId === undefined) return;
  const isDelivered = (): boolean => agent.slot.jobId !== jobId;
  const hasLeft = (): boolean => drain.leave.aborted;
  /** Aborts when something is to be done that is not done yet. */
  let next = drain.giveBack;
  const giveBack = async (why: string): Promise<void> => {
    if (next === drain.leave || isDelivered()) return;
    next = drain.leave;
    await held.release(jobId);
    log.info({ jobId, why }, 'gave the job back');
  };
  try {
    if (isStoppedFirst && (await check.isGone(next)) && !isDelivered()) {
      await lose(jobId, 'its agent ended before the task was stopped');
      return;
    }
    const endsAtMs = proof.expectedEndMs(jobId);
    if (endsAtMs !== undefined && endsAtMs - nowMs() > drain.finishLeftMs()) {
      await giveBack('its proof would take longer than the gateway has');
    }
    while (!isDelivered() && !hasLeft()) {
      if (drain.giveBack.aborted) await giveBack('its proof took longer than the gateway has');
      if (await check.isGone(next)) {
        await giveBack('its agent has stopped');
        return;
      }
      await pause(CHECK_MS, next);
    }
  } catch (error) {
    log.warn({ err: error, jobId }, 'the job was not given back: its lease will end');
  }
}
