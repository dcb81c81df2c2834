import type { EngineOptions } from '../../../shared/engine/open-engine.ts';

/** How an agent polls an engine's queue: this depends on what a poll costs there and how fresh its results are. */
export interface PollingPolicy {
  /** A claim takes at least this long, however short the requested wait. */
  readonly shortestClaimSeconds: number;
  /** The interval of the ticks at which jobs of circuits that this agent does not prove reappear, see `RefusedJobs`. */
  readonly otherCircuitTickSeconds: number;
  /** How long other agents have such a job to themselves once it has reappeared. */
  readonly headStartMs: number;
  /** How often a busy agent checks whether it may claim ahead. `Infinity`: once per proof. */
  readonly prefetchPollMs: number;
  /** The age at which the count of the other agents is read again. */
  readonly agentCountMaxAgeSeconds: number;
  /** Billed requests of an idle agent, per pool. */
  readonly idleRequestsPerPoolHour: number;
}

const LONGEST_POLL_SECONDS = 20;

export const POLLING_POLICIES: Readonly<Record<EngineOptions['engine'], PollingPolicy>> = {
  embedded: {
    shortestClaimSeconds: 0,
    otherCircuitTickSeconds: 1,
    headStartMs: 100,
    prefetchPollMs: 200,
    agentCountMaxAgeSeconds: 0,
    idleRequestsPerPoolHour: 0,
  },
  // Reading the depths of SQS costs two requests per pool, and they are up to a minute late anyway. A claim polls for whole
  // seconds, and a poll under way may take a second to see a message that has reappeared.
  aws: {
    shortestClaimSeconds: 1,
    otherCircuitTickSeconds: 4,
    headStartMs: 1500,
    prefetchPollMs: Infinity,
    agentCountMaxAgeSeconds: 30,
    idleRequestsPerPoolHour: (2 * 3600) / LONGEST_POLL_SECONDS,
  },
};

/** The price of SQS's requests in most regions, 2026-11. @see https://aws.amazon.com/sqs/pricing/ */
const DOLLARS_PER_MILLION_REQUESTS = 0.4;

/** Warns that an agent of several pools pays for idle polls of each; `undefined` where they cost nothing. */
export function describeIdleCost(
  pools: readonly string[],
  { idleRequestsPerPoolHour }: PollingPolicy,
): string | undefined {
  if (pools.length < 2 || idleRequestsPerPoolHour === 0) return undefined;
  const requestsPerHour = pools.length * idleRequestsPerPoolHour;
  const dollarsPerDay = (24 * requestsPerHour * DOLLARS_PER_MILLION_REQUESTS) / 1e6;
  return (
    `this agent polls the queues of ${pools.length} pools (${pools.join(', ')}): while idle it pays for ${requestsPerHour} requests ` +
    `to SQS an hour, ${dollarsPerDay.toFixed(3)} dollars a day, ${pools.length} times what an agent of one pool pays. ` +
    'In a fleet, give each agent one pool with --agent-pools (COPPICE_AGENT_POOLS)'
  );
}
