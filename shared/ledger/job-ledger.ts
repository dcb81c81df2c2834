import { z } from 'zod';

import { Lane, Pool } from '../proving-job/circuit-family.ts';
import { CircuitName } from '../proving-job/circuit-catalogue.ts';
import { type EpochId, EpochNumber } from '../proving-job/epoch-id.ts';
import { ProvingJobId } from '../proving-job/proving-job-id.ts';
import { SpeedClass } from '../proving-job/speed-class.ts';
import { type Payload, StoredObject } from '../proof-store/proof-store.ts';

/**
 * A job's states. Every arrow is one conditional write:
 *
 *     queued ──claim──▶ leased ──settle──▶ proven
 *       ▲                 │ └──fail, budget spent──▶ rejected
 *       └─release · fail · lease lost─┘
 *     leased ──askForCopy, claim by another agent──▶ leased, and the attempt before goes on as the straggler
 *     queued | leased ──cancel, cancelEpoch──▶ cancelled ──record──▶ queued
 *     rejected ──reviveRejected──▶ queued        rejected | cancelled ──settle──▶ proven
 *     proven ──reopen (its proof was lost)──▶ queued
 */
export const JobState = z.enum(['queued', 'leased', 'proven', 'rejected', 'cancelled']);
export type JobState = z.infer<typeof JobState>;

/** Why an attempt ended without a proof. A release (drain, Spot notice) is not among them: it costs nothing. */
export const AttemptCause = z.enum(['lost-agent', 'out-of-memory', 'time-out', 'failure', 'corrupt-inputs']);
export type AttemptCause = z.infer<typeof AttemptCause>;

/**
 * What a job may lose to each cause before it is rejected: to `lost-agent` that many attempts, to any other cause attempts of
 * that many agents, as {@link isSpent} says.
 */
export type AttemptBudgets = Readonly<Record<AttemptCause, number>>;

/** The attempts of a job that has lost none. */
export const NO_ATTEMPTS: Readonly<Record<AttemptCause, number>> = {
  'lost-agent': 0,
  'out-of-memory': 0,
  'time-out': 0,
  failure: 0,
  'corrupt-inputs': 0,
};

export const DEFAULT_ATTEMPT_BUDGETS: AttemptBudgets = {
  'lost-agent': 5,
  'out-of-memory': 3,
  'time-out': 2,
  failure: 3,
  'corrupt-inputs': 3,
};

/** A job may fail this many times as often as its budget says when only a few agents try it. */
const ATTEMPTS_PER_AGENT = 2;

/** How many attempts spend the budget of a cause, however few agents made them: for a fleet with fewer agents than that. */
export function mostAttempts(budget: number): number {
  return ATTEMPTS_PER_AGENT * budget;
}

/**
 * Whether these failures spend the budget of their cause: those of one bad machine do not, while other agents may try the
 * job.
 * @param failedBy the agents that they happened on
 */
export function isSpent(attempts: number, failedBy: readonly AgentId[], budget: number): boolean {
  return failedBy.length >= budget || attempts >= mostAttempts(budget);
}

export const AgentId = z.string().min(1).max(128).brand('AgentId');
export type AgentId = z.infer<typeof AgentId>;

/** Identifies the exact checkpoints of an epoch (their last archive root), so that those that a reorg removed are not taken for them. */
export const RangeId = z.string().min(1).brand('RangeId');
export type RangeId = z.infer<typeof RangeId>;

/** Who proves a job until when. `token` grows with every claim: a holder of an older one has lost the job. */
export const JobLease = z.strictObject({
  jobId: ProvingJobId,
  agentId: AgentId,
  token: z.number().int().positive(),
  claimedAtMs: z.number().int(),
  expiresAtMs: z.number().int(),
});
export type JobLease = z.infer<typeof JobLease>;

export const JobRecord = z.strictObject({
  id: ProvingJobId,
  /** The number of its epoch on its rollup, for people. */
  epoch: EpochNumber,
  rangeId: RangeId,
  circuit: CircuitName,
  /** The pool whose agents prove it: the catalogue's, or a larger one since it ran out of memory. */
  pool: Pool,
  lane: Lane,
  networkVersion: z.string().min(1),
  inputs: StoredObject,
  /** Where official nodes keep the inputs instead: only official agents read them, and the store has nothing under `inputs`. */
  inputsUri: z.string().min(1).optional(),
  /** The circuit's number on the wire, in the version of the nodes and agents of the job. It is echoed, never read. */
  wireType: z.number().int().nonnegative().optional(),
  /** The jobs whose proofs the inputs hold: the edges of the merge tree. */
  children: z.array(ProvingJobId),
  state: JobState,
  attempts: z.record(AttemptCause, z.number().int().nonnegative()),
  /** The agents whose attempts failed, by cause; those that were lost are not among them. */
  failedBy: z.partialRecord(AttemptCause, z.array(AgentId)).optional(),
  recordedAtMs: z.number().int(),
  /** When a message for it was last sent. */
  enqueuedAtMs: z.number().int().optional(),
  lease: JobLease.optional(),
  /** When a second copy was asked for, until an agent takes it or the attempt ends. */
  copyAskedAtMs: z.number().int().optional(),
  /**
   * The attempt that was so slow that another agent got a copy of the job, under `lease`. Both go on, and the first proof
   * wins. It counts until its lease ends, as {@link stragglerAt} says.
   */
  straggler: JobLease.optional(),
  /** Set when `proven`. */
  proof: StoredObject.optional(),
  /** Where an official agent has put the proof instead. */
  proofUri: z.string().min(1).optional(),
  provenBy: AgentId.optional(),
  /** Wall time of the prover, in milliseconds: without reading inputs and storing the proof. */
  provingMs: z.number().nonnegative().optional(),
  /** Of the agent that proved it, where that measures it. */
  speedClass: SpeedClass.optional(),
  /** When the attempt that proved it was claimed. */
  claimedAtMs: z.number().int().optional(),
  /** When it was proven, rejected or cancelled. */
  settledAtMs: z.number().int().optional(),
  /** Why the last attempt failed, or why it was rejected or cancelled. */
  reason: z.string().optional(),
});
export type JobRecord = z.infer<typeof JobRecord>;

/** The straggler's lease, while it lasts. */
export function stragglerAt({ straggler }: Pick<JobRecord, 'straggler'>, nowMs: number): JobLease | undefined {
  return straggler !== undefined && straggler.expiresAtMs > nowMs ? straggler : undefined;
}

/** The lease under which an agent holds the job at that time; `undefined` when none does, or its lease has ended. */
export function leaseAt({ state, lease }: Pick<JobRecord, 'state' | 'lease'>, nowMs: number): JobLease | undefined {
  return state === 'leased' && lease !== undefined && lease.expiresAtMs > nowMs ? lease : undefined;
}

/** A reason may be all that a prover printed: the rest is in its log. */
const MAX_REASON_CHARACTERS = 1_000;

/** The reason as every adapter stores it: whole, or its beginning and an ellipsis. */
export function keptReason(reason: string): string {
  const kept = reason.length <= MAX_REASON_CHARACTERS ? reason : `${reason.slice(0, MAX_REASON_CHARACTERS - 1)}…`;
  // A cut may leave half a character, which is not valid UTF-8.
  return kept.toWellFormed();
}

/** How many jobs of one circuit are in which state. Those that were cancelled are not counted: they would be asked for again. */
export interface CircuitTally {
  readonly proven: number;
  readonly rejected: number;
  /** Jobs that no agent has, by pool; pools without any are absent. */
  readonly queued: ReadonlyMap<Pool, number>;
  /** The `leased` ones: as few as there are agents, and only their leases say which of them an agent still holds. */
  readonly leased: readonly JobRecord[];
}

/** The jobs of an epoch's range, by circuit; circuits without any are absent. */
export type JobTally = ReadonlyMap<CircuitName, CircuitTally>;

/** What a node writes when it asks for a proof. */
export type NewJob = Pick<
  JobRecord,
  'id' | 'rangeId' | 'circuit' | 'pool' | 'lane' | 'networkVersion' | 'inputs' | 'inputsUri' | 'children' | 'wireType'
>;

export type ClaimAnswer =
  | { readonly outcome: 'claimed'; readonly lease: JobLease; readonly job: JobRecord }
  /** An agent holds it, until `expiresAtMs`. */
  | { readonly outcome: 'held'; readonly expiresAtMs: number }
  /** This agent has an attempt under way already: any other agent may begin a second one. */
  | { readonly outcome: 'left-to-others' }
  /** It needs no more work: proven, rejected (also by this claim, when the last agent's loss spent the budget) or cancelled. */
  | { readonly outcome: 'settled'; readonly state: JobState }
  /** No agent holds it, and it was moved to a pool that was not asked for: it is left there. */
  | { readonly outcome: 'moved'; readonly job: JobRecord }
  | { readonly outcome: 'unknown' };

/** What a node needs to know of an open job to decide whether to read it. */
export interface OpenJob {
  readonly id: ProvingJobId;
  /** Attempts that were lost to `corrupt-inputs`. */
  readonly corruptInputs: number;
}

/** What an agent reports when it has a proof. */
export interface ProofReport {
  readonly jobId: ProvingJobId;
  readonly agentId: AgentId;
  readonly proof: Payload;
  readonly provingMs: number;
  /** Of the agent, where it measures it. */
  readonly speedClass?: SpeedClass | undefined;
  readonly claimedAtMs: number;
}

/**
 * The durable record of every job: who asked for it, who proves it, and its result. Contract:
 * `test/contract/job-ledger.contract.ts`.
 *
 * Every arrow of {@link JobState} is one conditional write, with the rule in the adapter's own language. Epochs and roots
 * are pure functions and a compare-and-swap instead, which states a rule once but reads before each write: for the
 * thousands of jobs of an epoch that would double the requests, and agents that race for a job would retry. The contract
 * suite holds the adapters' rules together.
 */
export interface JobLedger {
  /**
   * Writes a job as `queued`, unless it is known. A known job keeps its state, proof and attempts and takes on `rangeId`;
   * one that was `cancelled` is `queued` again. Returns the record as it now stands.
   */
  record(job: NewJob): Promise<JobRecord>;
  /** Records that messages for the jobs were sent. */
  markEnqueued(jobIds: readonly ProvingJobId[]): Promise<void>;
  find(jobId: ProvingJobId): Promise<JobRecord | undefined>;
  /** Every job of the epoch, in the order they were recorded: for people and tests. All that only counts uses {@link tally}. */
  jobsOfEpoch(epochId: EpochId): Promise<readonly JobRecord[]>;
  /**
   * Counts the jobs of the epoch's range where they are stored, and reads none but the leased ones. It may be some moments
   * old, and a job that changes meanwhile may be missing or count twice.
   */
  tally(epochId: EpochId, rangeId: RangeId): Promise<JobTally>;
  /** Some proven jobs of the circuit in the epoch's range, in any order: at most `most`, however many there are. */
  someProven(epochId: EpochId, rangeId: RangeId, circuit: CircuitName, most: number): Promise<readonly JobRecord[]>;
  /**
   * The epoch's jobs that are `queued` or `leased`, in any order, for a node that compares the jobs it waits for with the
   * ledger. The result may be some moments old. It is read in portions, and takes a second or so of 100,000 jobs.
   */
  openJobs(epochId: EpochId): Promise<readonly OpenJob[]>;
  /** The `rejected` jobs of the epoch's range. */
  rejectedJobs(epochId: EpochId, rangeId: RangeId): Promise<readonly JobRecord[]>;
  /**
   * Takes a `queued` job, or a `leased` one whose lease has ended: that counts as an attempt lost to `lost-agent`,
   * and rejects the job when it was the last of that budget. A job with a copy asked for goes to any agent but its
   * holder, whose attempt is the straggler from then on.
   *
   * While a straggler goes on, the job is never rejected: the straggler may still prove it.
   * @param pools those that the job may be in. @default any
   */
  claim(jobId: ProvingJobId, agentId: AgentId, leaseSeconds: number, pools?: readonly Pool[]): Promise<ClaimAnswer>;
  /**
   * Asks for a second copy of an attempt that takes too long, once: the next agent to claim the job begins it. The
   * caller then sends a message for it. Returns false when the lease is no longer the job's, when it has ended, or when
   * there is a second attempt already.
   */
  askForCopy(lease: JobLease): Promise<boolean>;
  /**
   * Moves the end of the job's lease, or of its straggler's, to `leaseSeconds` from now.
   * @throws {JobLeaseLostError} if the lease is neither any more.
   */
  extend(lease: JobLease, leaseSeconds: number): Promise<JobLease>;
  /**
   * Makes the job `proven`. The first report wins, from any agent, even one whose lease has ended meanwhile, and in any
   * state: a proof is as good for a job that was rejected or cancelled. A later report changes nothing.
   */
  markProven(report: ProofReport): Promise<'proven' | 'already-settled'>;
  /**
   * Ends an attempt without a proof: back to `queued`, or `rejected` when the cause's budget is spent, see {@link isSpent}.
   * A straggler's costs the job nothing.
   * @param movesTo another pool that the job moves to when it is `queued`; it needs a message then
   * @throws {JobLeaseLostError} if the lease is no longer the job's.
   */
  fail(lease: JobLease, cause: AttemptCause, reason: string, movesTo?: Pool): Promise<'queued' | 'rejected'>;
  /** Gives the job back at no cost. Does nothing if the lease is no longer the job's. */
  release(lease: JobLease): Promise<void>;
  /** Cancels a queued or leased job; its agent loses its lease. Returns whether it was one. */
  cancel(jobId: ProvingJobId, reason: string): Promise<boolean>;
  /** Cancels the queued and leased jobs of the epoch, except those of `exceptRangeIds`; their agents lose their leases. Returns how many. */
  cancelEpoch(epochId: EpochId, reason: string, ...exceptRangeIds: RangeId[]): Promise<number>;
  /** Gives every `rejected` job of the epoch's range a fresh budget and makes it `queued`. Returns how many. */
  reviveRejected(epochId: EpochId, rangeId: RangeId): Promise<number>;
  /** Gives a `rejected` job a fresh budget and makes it `queued`. Returns whether it was rejected. */
  revive(jobId: ProvingJobId): Promise<boolean>;
  /**
   * Makes a job `rejected` that can no longer reach an agent, such as one whose message is a dead letter: a `queued` one, or
   * a `leased` one whose lease has ended. A job that an agent holds, or proves as a straggler, stays as it is.
   */
  reject(jobId: ProvingJobId, reason: string): Promise<'rejected' | 'held' | 'settled' | 'unknown'>;
  /**
   * Makes a `proven` job `queued`, because the store has lost its proof. Does nothing when it is no longer proven, or was
   * proven anew since it was `seen`.
   */
  reopen(seen: Pick<JobRecord, 'id' | 'settledAtMs'>, reason: string): Promise<void>;
  /**
   * Jobs that need a message and may have none: `queued` (never enqueued, or last enqueued more than `olderThanSeconds`
   * ago), or `leased` with a lease that ended more than `olderThanSeconds` ago. An adapter that can see the messages leaves
   * out jobs that have one.
   * @param most at most so many: the others are returned once these have a message. @default all
   */
  strandedJobs(olderThanSeconds: number, most?: number): Promise<readonly JobRecord[]>;
}
