import type { EngineOptions } from '../../../shared/engine/open-engine.ts';

/** How an agent asks an engine's queue, by what asking costs there and how quick the answers are. */
export interface QueueHabits {
  /** The least time that a claim takes, however short a wait is asked for. */
  readonly shortestClaimSeconds: number;
  /** Jobs of circuits that it leaves to others come back at ticks of so many seconds, see {@link Deference}. */
  readonly otherCircuitSeconds: number;
  /** How long such a job is the others' alone, once it is back. */
  readonly wayFreeMs: number;
  /** How often a busy agent looks whether it may claim ahead. `Infinity`: once for each proof. */
  readonly lookAgainMs: number;
  /** How long a count of the other agents at work is good enough. */
  readonly agentsLastSeconds: number;
  /** What each further pool costs an idle agent, in requests that are paid for. */
  readonly idleRequestsPerPoolHour: number;
}

const LONGEST_POLL_SECONDS = 20;

export const QUEUE_HABITS: Readonly<Record<EngineOptions['engine'], QueueHabits>> = {
  embedded: {
    shortestClaimSeconds: 0,
    otherCircuitSeconds: 1,
    wayFreeMs: 100,
    lookAgainMs: 200,
    agentsLastSeconds: 0,
    idleRequestsPerPoolHour: 0,
  },
  // A look at SQS costs two requests for each pool and is up to a minute late anyway. A claim is a poll of whole seconds, and
  // one under way may take a second to see what has come back.
  aws: {
    shortestClaimSeconds: 1,
    otherCircuitSeconds: 4,
    wayFreeMs: 1500,
    lookAgainMs: Infinity,
    agentsLastSeconds: 30,
    idleRequestsPerPoolHour: (2 * 3600) / LONGEST_POLL_SECONDS,
  },
};

/** The price of SQS's requests in most regions, 2026-11. @see https://aws.amazon.com/sqs/pricing/ */
const DOLLARS_PER_MILLION_REQUESTS = 0.4;

/** What an operator should know of an agent that asks several pools; `undefined` when that is nothing. */
export function describeIdleCost(
  pools: readonly string[],
  { idleRequestsPerPoolHour }: QueueHabits,
): string | undefined {
  if (pools.length < 2 || idleRequestsPerPoolHour === 0) return undefined;
  const requestsPerHour = pools.length * idleRequestsPerPoolHour;
  const dollarsPerDay = (24 * requestsPerHour * DOLLARS_PER_MILLION_REQUESTS) / 1e6;
  return (
    `this agent asks the queues of ${pools.length} pools (${pools.join(', ')}): idle, it pays for ${requestsPerHour} requests ` +
    `to SQS an hour, ${dollarsPerDay.toFixed(3)} dollars a day, ${pools.length} times what an agent of one pool pays. ` +
    'In a fleet, give each agent one pool with --agent-pools (COPPICE_AGENT_POOLS)'
  );
}
