import type { Engine } from '../../../shared/engine/engine.ts';
import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import type { AgentId, JobRecord } from '../../../shared/ledger/job-ledger.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';

/** What the decision depends on whether a busy agent may already claim its next job. */
export interface PrefetchOutlook {
  /** Expected remaining time of the proof under way; `undefined` when this circuit was never proven here. */
  readonly leftMs: number | undefined;
  readonly leadMs: number;
  /** Visible messages in the agent's pools. */
  readonly waiting: number;
  /** Other working agents that serve any of its pools. */
  readonly otherAgents: number;
}

/**
 * A busy agent claims ahead only
 * - near the end of its proof, so that the job is not delayed by more than the lead, and
 * - while every other agent, were it to fall idle at this moment, would still find a job.
 *
 * So no agent ever waits for a job that a busy agent holds. In the tail of an epoch, with fewer jobs than agents, each job
 * goes to the first agent that is free.
 */
export function mayPrefetch({ leftMs, leadMs, waiting, otherAgents }: PrefetchOutlook): boolean {
  return leftMs !== undefined && leftMs <= leadMs && waiting > otherAgents;
}

/** While there are this many times more jobs than agents, counts may be this old. */
const PLENTY = 10;
const PLENTY_MAX_AGE_MS = 250;

export interface PoolOutlookOptions {
  readonly agentId: AgentId;
  /** Set where agents of this version also prove what an earlier one has left. @default jobs of their own version alone */
  readonly networkVersion?: string;
  readonly pools: readonly Pool[];
  readonly agentsSeenWithinSeconds: number;
  /** The age at which the count of the other agents is read again. */
  readonly agentCountMaxAgeSeconds: number;
}

/** Counts waiting messages and working agents. */
export class PoolOutlook {
  readonly #engine: Pick<Engine, 'queue' | 'agents'>;
  readonly #options: PoolOutlookOptions;
  readonly #nowMs: () => number;
  #last = { waiting: 0, otherAgents: 0, atMs: -Infinity };
  #agentsAtMs = -Infinity;

  constructor(engine: Pick<Engine, 'queue' | 'agents'>, options: PoolOutlookOptions, nowMs: () => number) {
    this.#engine = engine;
    this.#options = options;
    this.#nowMs = nowMs;
  }

  async read(): Promise<{ readonly waiting: number; readonly otherAgents: number }> {
    const nowMs = this.#nowMs();
    const { waiting, otherAgents, atMs } = this.#last;
    if (nowMs - atMs < PLENTY_MAX_AGE_MS && waiting > PLENTY * (otherAgents + 1)) return this.#last;
    const { pools, agentCountMaxAgeSeconds } = this.#options;
    const isCountFresh = nowMs - this.#agentsAtMs < agentCountMaxAgeSeconds * 1000;
    const [depths, newCount] = await Promise.all([
      this.#engine.queue.depths(pools),
      isCountFresh ? undefined : this.#countOthers((agent) => agent.pools.some((pool) => pools.includes(pool))),
    ]);
    if (newCount !== undefined) this.#agentsAtMs = nowMs;
    this.#last = {
      waiting: depths.filter(({ pool }) => pools.includes(pool)).reduce((sum, depth) => sum + depth.waiting, 0),
      otherAgents: newCount ?? otherAgents,
      atMs: nowMs,
    };
    return this.#last;
  }

  /** Whether another agent works for the job's pool and version, as their records are now, that the job has not failed on. */
  async hasFreshAgentsFor({
    pool,
    networkVersion,
    failedBy = {},
  }: Pick<JobRecord, 'pool' | 'networkVersion' | 'failedBy'>): Promise<boolean> {
    const tried = new Set(Object.values(failedBy).flat());
    const versions = [networkVersion, this.#options.networkVersion];
    const fresh = await this.#countOthers(
      (agent) => agent.pools.includes(pool) && versions.includes(agent.networkVersion) && !tried.has(agent.agentId),
    );
    return fresh > 0;
  }

  async #countOthers(isWanted: (agent: AgentRecord) => boolean): Promise<number> {
    const { agentId, agentsSeenWithinSeconds } = this.#options;
    const agents = await this.#engine.agents.seenWithin(agentsSeenWithinSeconds);
    return agents.filter(
      (agent) => agent.agentId !== agentId && (agent.state === 'idle' || agent.state === 'proving') && isWanted(agent),
    ).length;
  }
}
