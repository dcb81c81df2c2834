import { z } from 'zod';

import { Pool } from '../proving-job/circuit-family.ts';
import { EpochId, EpochNumber } from '../proving-job/epoch-id.ts';

const Agents = z.number().int().nonnegative();
const Seconds = z.number();

/** A pool in a decision: its state, what was decided, and why. */
const DecidedPool = z.strictObject({
  pool: Pool,
  /** Agents ordered before, by capacity, and how many of them ran. */
  was: z.strictObject({ spot: Agents, od: Agents, running: Agents }),
  /** Spot agents that AWS took back lately, and orders for which it had none. */
  spotInterruptions: z.number().int().nonnegative().optional(),
  spotRefusals: z.number().int().nonnegative().optional(),
  /** Agents ordered now, by capacity. */
  spot: Agents,
  od: Agents,
  /** What the running agents cost. */
  dollarsPerHour: z.number().nonnegative(),
  /** A price of them is not known: they cost at most that. */
  isPriceAtMost: z.literal(true).exactOptional(),
  workSeconds: Seconds,
  waitingJobs: z.number().int().nonnegative(),
  runningJobs: z.number().int().nonnegative(),
  reason: z.string(),
});

/** What was known of an epoch that streams, and what was forecast. */
const DecidedStream = z.strictObject({
  /** When its last slot is over. */
  endsAtMs: z.number(),
  /** The share of its checkpoints that had come, 0 to 1. */
  elapsedShare: z.number(),
  /** Work of jobs that there were, and of those that were forecast. */
  knownSeconds: Seconds,
  forecastSeconds: Seconds,
  /** How many earlier epochs the forecast was based on, beside this one so far. */
  earlierEpochs: z.number().int().nonnegative(),
  /** Waiting jobs that nobody needed since a prune: they were no work. */
  orphans: z.number().int().nonnegative(),
});

/** A prediction: of ten roots one is earlier than `earlyAtMs`, and one later than `lateAtMs`. */
const PredictedRoot = z.strictObject({
  earlyAtMs: z.number().int(),
  likelyAtMs: z.number().int(),
  lateAtMs: z.number().int(),
  /** Of a root in time, 0 to 1; absent where no window is known. */
  chanceInTime: z.number().min(0).max(1).exactOptional(),
});
export type PredictedRoot = z.infer<typeof PredictedRoot>;

/** How many agents there should be. */
export const FleetDecisionRecord = z.strictObject({
  kind: z.literal('fleet'),
  /** The version line whose agents it is about. @default the native one */
  line: z.string().exactOptional(),
  atMs: z.number().int(),
  /** Open epochs; one that still grows begins in the future. */
  epochs: z.array(
    z.strictObject({
      /** Earlier versions recorded the number alone. */
      epochId: EpochId.exactOptional(),
      epoch: EpochNumber,
      deadlineAtMs: z.number(),
      pathSeconds: Seconds,
      /** From the latest time at which its root is expected to be mined to its deadline. */
      slackSeconds: Seconds,
      /** Of an epoch that streams: what of its work is known and what is forecast. */
      stream: DecidedStream.exactOptional(),
      /** When its root is predicted to be proven; absent while agents are lacking, and of an epoch that still grows. */
      root: PredictedRoot.exactOptional(),
    }),
  ),
  pools: z.array(DecidedPool),
  dollarsPerHour: z.number().nonnegative(),
  reason: z.string(),
});
export type FleetDecisionRecord = z.infer<typeof FleetDecisionRecord>;

/** Whether a root goes to L1, now, later or never. */
export const SubmissionDecisionRecord = z.strictObject({
  kind: z.literal('submission'),
  atMs: z.number().int(),
  /** Earlier versions recorded the number alone. */
  epochId: EpochId.exactOptional(),
  epoch: EpochNumber,
  choice: z.enum(['submit', 'wait', 'skip']),
  /** What the transaction would cost at the fees of the moment, in wei, as text: a number holds no more than 15 digits. */
  costWei: z.string().regex(/^\d+$/),
  /** What the epoch pays, in wei; absent while unknown. */
  rewardWei: z.string().regex(/^\d+$/).optional(),
  reason: z.string(),
});
export type SubmissionDecisionRecord = z.infer<typeof SubmissionDecisionRecord>;

export const Decision = z.discriminatedUnion('kind', [FleetDecisionRecord, SubmissionDecisionRecord]);
export type Decision = z.infer<typeof Decision>;
export type DecisionKind = Decision['kind'];
export type DecisionOf<Kind extends DecisionKind> = Extract<Decision, { readonly kind: Kind }>;

/**
 * What was decided, and why: for people and for the next decision, never for correctness. Adapters keep days of it. Contract: `test/contract/decision-log.contract.ts`.
 */
export interface DecisionLog {
  record(decision: Decision): Promise<void>;
  /** The `limit` newest of a kind, newest first, by their `atMs`. */
  latest<Kind extends DecisionKind>(kind: Kind, limit: number): Promise<readonly DecisionOf<Kind>[]>;
}
