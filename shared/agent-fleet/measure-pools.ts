import type { JobQueue } from '../job-queue/job-queue.ts';
import type { AgentRegistry } from '../ledger/agent-registry.ts';
import { Pool } from '../proving-job/circuit-family.ts';
import { repeatEvery } from '../retry/repeat-every.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';

export interface MeasurePoolsDeps {
  readonly engine: { readonly queue: Pick<JobQueue, 'depths'>; readonly agents: Pick<AgentRegistry, 'seenWithin'> };
  readonly metrics: Metrics;
  readonly log: Logger;
}

const EVERY_MS = 60_000;
const SEEN_WITHIN_SECONDS = 120;
/** The dimension `capacity` of agents that the operator starts, in place of Spot and on demand. */
const OWN_CAPACITY = 'own';

/** Measures jobs and agents by pool once a minute until `signal` aborts, where no scaler does. */
export function runPoolMeasurement(deps: MeasurePoolsDeps, signal: AbortSignal): Promise<void> {
  return repeatEvery(EVERY_MS, () => measurePools(deps), signal);
}

/** Warns of each pool whose jobs wait while there are agents, and none of them takes that pool's. */
export async function measurePools({ engine, metrics, log }: MeasurePoolsDeps): Promise<void> {
  try {
    const [depths, seen] = await Promise.all([engine.queue.depths(), engine.agents.seenWithin(SEEN_WITHIN_SECONDS)]);
    const alive = seen.filter(({ state }) => state !== 'stopped');
    for (const pool of Pool.options) {
      const ofPool = depths.filter((depth) => depth.pool === pool);
      const waiting = ofPool.reduce((sum, depth) => sum + depth.waiting, 0);
      const running = ofPool.reduce((sum, depth) => sum + depth.leased, 0);
      const agents = alive.filter(({ pools }) => pools.includes(pool)).length;
      metrics.record('JobsWaiting', waiting, { pool });
      metrics.record('JobsRunning', running, { pool });
      metrics.record('AgentsRunning', agents, { pool, capacity: OWN_CAPACITY });
      metrics.record('JobsWithoutAgents', agents === 0 ? waiting : 0, { pool });
      if (waiting > 0 && agents === 0 && alive.length > 0) {
        log.warn(
          { pool, waiting, agents: alive.length },
          'jobs wait and no agent takes those of their pool: start agents with this pool (--agent-pools)',
        );
      }
    }
  } catch (error) {
    log.warn({ err: error }, 'could not measure jobs and agents');
  }
}
