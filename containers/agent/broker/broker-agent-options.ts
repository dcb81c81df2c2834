import type { CommonAgentOptions } from '../agent-options.ts';

/** A broker that the agent proves for, and how. */
export interface BrokerConnection {
  /** `PROVER_BROKER_HOST` */
  readonly url: string;
  /** `PROVER_AGENT_POLL_INTERVAL_MS`: the least time from one request for a job to the next, while none comes. */
  readonly pollMs: number;
  /** `PROVER_PROOF_STORE`, as a URL: where proofs go. @default into the reports to the broker */
  readonly proofStore?: string | undefined;
}

/** An agent whose jobs come from a proving broker, Coppice's or Aztec's. */
export interface BrokerAgentOptions extends Omit<CommonAgentOptions, 'heartbeatSeconds' | 'prefetch' | 'claimSeconds'> {
  readonly broker: BrokerConnection;
}

/** Aztec's brokers take a job away from an agent that reports no progress for 30 s. */
const SHORTEST_HEARTBEAT_MS = 1000;
const LONGEST_HEARTBEAT_MS = 8000;

/** As often as the agent polls, which is how often Aztec's report progress. */
export function heartbeatSecondsOf({ pollMs }: BrokerConnection): number {
  return Math.min(Math.max(pollMs, SHORTEST_HEARTBEAT_MS), LONGEST_HEARTBEAT_MS) / 1000;
}
