import type { Engine } from '../../../shared/engine/engine.ts';
import type { AgentId } from '../../../shared/ledger/job-ledger.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';

/** What decides whether a busy agent may claim its next job already. */
export interface PrefetchOutlook {
  /** Expected rest of the proof under way; `undefined` when this circuit was never proven here. */
  readonly leftMs: number | undefined;
  readonly leadMs: number;
  /** Messages in sight in the agent's pools. */
  readonly waiting: number;
  /** Agents at work beside this one that serve any of its pools. */
  readonly otherAgents: number;
}

/**
 * A busy agent claims ahead only
 * - near the end of its proof, so that the job is not delayed by more than the lead, and
 * - while every other agent, were it to fall idle this moment, would still find a job of its own.
 *
 * Then nobody ever waits for a job that lies with a busy agent. In the tail of an epoch, with fewer jobs than agents, each
 * job goes to the first agent that is free.
 */
export function mayPrefetch({ leftMs, leadMs, waiting, otherAgents }: PrefetchOutlook): boolean {
  return leftMs !== undefined && leftMs <= leadMs && waiting > otherAgents;
}

/** A look this old is good enough while jobs are this many times more than agents. */
const PLENTY = 10;
const PLENTY_LASTS_MS = 250;

/** Counts waiting messages and agents at work. */
export class PoolOutlook {
  readonly #engine: Pick<Engine, 'queue' | 'agents'>;
  readonly #options: {
    readonly agentId: AgentId;
    readonly pools: readonly Pool[];
    readonly agentsSeenWithinSeconds: number;
    readonly agentsLastSeconds: number;
  };
  readonly #nowMs: () => number;
  #last = { waiting: 0, otherAgents: 0, atMs: -Infinity };
  #agentsAtMs = -Infinity;

  constructor(
    engine: Pick<Engine, 'queue' | 'agents'>,
    options: {
      readonly agentId: AgentId;
      readonly pools: readonly Pool[];
      readonly agentsSeenWithinSeconds: number;
      /** How long a count of the other agents is good enough. */
      readonly agentsLastSeconds: number;
    },
    nowMs: () => number,
  ) {
    this.#engine = engine;
    this.#options = options;
    this.#nowMs = nowMs;
  }

  async look(): Promise<{ readonly waiting: number; readonly otherAgents: number }> {
    const nowMs = this.#nowMs();
    const { waiting, otherAgents, atMs } = this.#last;
    if (nowMs - atMs < PLENTY_LASTS_MS && waiting > PLENTY * (otherAgents + 1)) return this.#last;
    const { pools, agentsLastSeconds } = this.#options;
    const isCountGood = nowMs - this.#agentsAtMs < agentsLastSeconds * 1000;
    const [depths, newCount] = await Promise.all([
      this.#engine.queue.depths(pools),
      isCountGood ? undefined : this.#countOtherAgents(),
    ]);
    if (newCount !== undefined) this.#agentsAtMs = nowMs;
    this.#last = {
      waiting: depths.filter(({ pool }) => pools.includes(pool)).reduce((sum, depth) => sum + depth.waiting, 0),
      otherAgents: newCount ?? otherAgents,
      atMs: nowMs,
    };
    return this.#last;
  }

  async #countOtherAgents(): Promise<number> {
    const { agentId, pools, agentsSeenWithinSeconds } = this.#options;
    const agents = await this.#engine.agents.seenWithin(agentsSeenWithinSeconds);
    return agents.filter(
      (agent) =>
        agent.agentId !== agentId &&
        (agent.state === 'idle' || agent.state === 'proving') &&
        agent.pools.some((pool) => pools.includes(pool)),
    ).length;
  }
}
