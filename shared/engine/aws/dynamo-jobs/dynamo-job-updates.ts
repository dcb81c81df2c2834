import type { Pool } from '../../../proving-job/circuit-family.ts';
import type { ProvingJobId } from '../../../proving-job/proving-job-id.ts';
import { failedByAttribute, proofAttributes, stragglerAttribute } from './dynamo-job-item.ts';
import type { JobUpdate } from './dynamo-job-writes.ts';
import { expiresAtSeconds, openShard } from '../dynamo/dynamo-table.ts';
import {
  type AgentId,
  AttemptCause,
  type JobLease,
  keptReason,
  mostAttempts,
  type ProofReport,
  type RangeId,
} from '../../../ledger/job-ledger.ts';

const LEASE = '#agent, #claimedAtMs, #leaseEndsAtMs, #copyAskedAtMs';
const PROOF = '#agent, #claimedAtMs, #proofBytes, #proofSha256, #proofKey, #proofUri, #provingMs, #speedClass';
/** With the attributes that only an open job has. */
const LEAVE_INDEX = '#openShard, #dueAtMs, #straggler';
/** In the index, and due at once, so that the sweeper sends a message if the caller dies before sending it. */
const DUE_AT_ONCE = '#state = :queued, #openShard = :openShard, #dueAtMs = :zero';
/** Due by the time of the last message again, now that the lease is gone. */
const DUE_AS_ENQUEUED = '#state = :queued, #dueAtMs = if_not_exists(#enqueuedAtMs, :zero)';
/** In another pool, whose queue has no message for the job: due at once. */
const DUE_ELSEWHERE = '#state = :queued, #pool = :movesTo, #dueAtMs = :zero';
const IS_HELD = '#state = :leased AND #token = :token';
const IS_HELD_AS_SEEN = `${IS_HELD} AND #leaseEndsAtMs = :seenEndMs`;
/** Also of a job that is queued again. */
const IS_STRAGGLER = '#state IN (:queued, :leased) AND #straggler.#token = :token';
const NO_STRAGGLER = '(attribute_not_exists(#straggler) OR #straggler.#leaseEndsAtMs <= :nowMs)';

export interface NewLease {
  readonly agentId: AgentId;
  readonly nowMs: number;
  readonly endMs: number;
  /** Identifies this claim if its response is lost. */
  readonly writeId: string;
}

/** queued → leased, while it is in one of the pools, by any agent except the job's straggler */
export function take({ agentId, nowMs, endMs, writeId }: NewLease, pools: readonly Pool[]): JobUpdate {
  const values = Object.fromEntries(pools.map((pool) => [`pool_${pool}`, pool]));
  const isIn = `#pool IN (${pools.map((pool) => `:pool_${pool}`).join(', ')})`;
  return {
    update: `SET #state = :leased, #token = if_not_exists(#token, :zero) + :one, #agent = :agentId, #claimedAtMs = :nowMs,
      #leaseEndsAtMs = :endMs, #dueAtMs = :endMs, #writeId = :writeId`,
    condition: `#state = :queued AND ${isIn} AND (${NO_STRAGGLER} OR #straggler.#agent <> :agentId)`,
    values: { ...values, agentId, nowMs, endMs, writeId, zero: 0, one: 1 },
  };
}

/** leased → leased: the lease has ended, and the job has lost `lostAgents` agents by now. */
export function takeOver(lost: JobLease, lostAgents: number, { agentId, nowMs, endMs, writeId }: NewLease): JobUpdate {
  return {
    update: `SET #token = :newToken, #agent = :agentId, #claimedAtMs = :nowMs, #leaseEndsAtMs = :endMs, #dueAtMs = :endMs,
      #writeId = :writeId, #attempts.#cause = :lostAgents, #reason = :reason REMOVE #copyAskedAtMs`,
    condition: IS_HELD_AS_SEEN,
    values: {
      ...asSeen(lost),
      newToken: lost.token + 1,
      agentId,
      nowMs,
      endMs,
      writeId,
      lostAgents,
      reason: wasLost(lost),
    },
    names: { cause: 'lost-agent' satisfies AttemptCause },
  };
}

/** Requests a copy of the attempt, which no agent has begun yet. */
export function askForCopy({ token }: JobLease, nowMs: number): JobUpdate {
  return {
    update: 'SET #copyAskedAtMs = :nowMs',
    condition: `${IS_HELD} AND #leaseEndsAtMs > :nowMs AND attribute_not_exists(#copyAskedAtMs) AND ${NO_STRAGGLER}`,
    values: { token, nowMs },
  };
}

/** leased → leased: another agent begins the requested copy, and the earlier attempt goes on as the straggler. */
export function takeBeside(slow: JobLease, { agentId, nowMs, endMs, writeId }: NewLease): JobUpdate {
  return {
    update: `SET #straggler = :straggler, #token = :newToken, #agent = :agentId, #claimedAtMs = :nowMs,
      #leaseEndsAtMs = :endMs, #dueAtMs = :endMs, #writeId = :writeId REMOVE #copyAskedAtMs`,
    condition: IS_HELD_AS_SEEN,
    values: {
      ...asSeen(slow),
      straggler: stragglerAttribute(slow),
      newToken: slow.token + 1,
      agentId,
      nowMs,
      endMs,
      writeId,
    },
  };
}

/** leased → rejected: the lease has ended, and with it the last attempt that may be lost in this way. */
export function rejectLost(lost: JobLease, lostAgents: number, nowMs: number): JobUpdate {
  return {
    update: `SET #state = :rejected, #settledAtMs = :nowMs, #attempts.#cause = :lostAgents, #reason = :reason
      REMOVE ${LEASE}, ${LEAVE_INDEX}`,
    condition: IS_HELD_AS_SEEN,
    values: { ...asSeen(lost), nowMs, lostAgents, reason: wasLost(lost) },
    names: { cause: 'lost-agent' satisfies AttemptCause },
  };
}

/** Brings forward the end of a lease that, by our clock, no heartbeat can have written. */
export function shorten(lease: JobLease, endMs: number): JobUpdate {
  return {
    update: 'SET #leaseEndsAtMs = :endMs, #dueAtMs = :endMs',
    condition: IS_HELD_AS_SEEN,
    values: { ...asSeen(lease), endMs },
  };
}

/** A heartbeat. The index keeps the end that the claim wrote: moving it would triple the cost, and sweepers check the item. */
export function extendLease({ token }: JobLease, endMs: number): JobUpdate {
  return { update: 'SET #leaseEndsAtMs = :endMs', condition: IS_HELD, values: { token, endMs } };
}

/** A heartbeat of the straggler. */
export function extendStraggler({ token }: JobLease, endMs: number): JobUpdate {
  return { update: 'SET #straggler.#leaseEndsAtMs = :endMs', condition: IS_STRAGGLER, values: { token, endMs } };
}

/** The straggler ends without a proof: the job is as if it had never existed. */
export function dropStraggler({ token }: JobLease): JobUpdate {
  return { update: 'REMOVE #straggler', condition: IS_STRAGGLER, values: { token } };
}

/** queued | leased | rejected | cancelled → proven */
export function settleProven(report: ProofReport, nowMs: number): JobUpdate {
  const { jobId, agentId, provingMs, speedClass, claimedAtMs } = report;
  const proof = Object.fromEntries(
    Object.entries({ ...proofAttributes(jobId, report.proof), speedClass }).filter(([, value]) => value !== undefined),
  );
  const setProof = Object.keys(proof).map((name) => `#${name} = :${name}, `);
  return {
    update: `SET #state = :proven, #agent = :agentId, #claimedAtMs = :claimedAtMs, ${setProof.join('')}
      #provingMs = :provingMs, #settledAtMs = :nowMs REMOVE #leaseEndsAtMs, #copyAskedAtMs, #writeId, #reason, ${LEAVE_INDEX}`,
    condition: '#state <> :proven',
    values: { ...proof, agentId, provingMs, claimedAtMs, nowMs },
  };
}

/** How an attempt ended without a proof. */
export interface Failure {
  readonly cause: AttemptCause;
  readonly reason: string;
  /** The pool that the job moves to, if it moves. */
  readonly movesTo: Pool | undefined;
}

/**
 * leased → queued, while the cause's budget is not spent, as `isSpent` says. A budget of one is spent at once: it is for
 * {@link rejectFailed}.
 */
export function queueFailed(lease: JobLease, { cause, reason, movesTo }: Failure, budget: number): JobUpdate {
  const [due, ofOldPool] = movesTo === undefined ? [DUE_AS_ENQUEUED, ''] : [DUE_ELSEWHERE, ', #enqueuedAtMs'];
  return {
    update: `SET ${due}, #attempts.#cause = if_not_exists(#attempts.#cause, :zero) + :one,
      #failedToken = :token, #reason = :reason REMOVE ${LEASE}, #writeId${ofOldPool} ADD #failedBy :agents`,
    condition: [
      IS_HELD,
      '(attribute_not_exists(#attempts.#cause) OR #attempts.#cause < :lastAttempt)',
      '(attribute_not_exists(#failedBy) OR contains(#failedBy, :agentId) OR size(#failedBy) < :lastAgent)',
    ].join(' AND '),
    values: {
      ...failureOf(lease, reason),
      movesTo,
      agentId: lease.agentId,
      lastAttempt: mostAttempts(budget) - 1,
      lastAgent: budget - 1,
    },
    names: { cause, failedBy: failedByAttribute(cause) },
  };
}

/** leased → rejected, unless a straggler goes on */
export function rejectFailed(lease: JobLease, cause: AttemptCause, reason: string, nowMs: number): JobUpdate {
  return {
    update: `SET #state = :rejected, #settledAtMs = :nowMs, #attempts.#cause = if_not_exists(#attempts.#cause, :zero) + :one,
      #failedToken = :token, #reason = :reason REMOVE ${LEASE}, #writeId, ${LEAVE_INDEX} ADD #failedBy :agents`,
    condition: `${IS_HELD} AND ${NO_STRAGGLER}`,
    values: { ...failureOf(lease, reason), nowMs },
    names: { cause, failedBy: failedByAttribute(cause) },
  };
}

function failureOf({ token, agentId }: JobLease, reason: string): Readonly<Record<string, unknown>> {
  return { token, agents: new Set([agentId]), reason: keptReason(reason), zero: 0, one: 1 };
}

/** leased → queued, at no cost */
export function releaseLease({ token }: JobLease): JobUpdate {
  return {
    update: `SET ${DUE_AS_ENQUEUED} REMOVE ${LEASE}, #writeId`,
    condition: IS_HELD,
    values: { token, zero: 0 },
  };
}

/** queued | leased → cancelled, but not jobs of these ranges */
export function cancel(
  reason: string,
  nowMs: number,
  writeId: string,
  exceptRangeIds: readonly RangeId[] = [],
): JobUpdate {
  const { condition, values } = cancellable(exceptRangeIds);
  return {
    update: `SET #state = :cancelled, #settledAtMs = :nowMs, #reason = :reason, #writeId = :writeId
      REMOVE ${LEASE}, ${LEAVE_INDEX}`,
    condition,
    values: { reason: keptReason(reason), nowMs, writeId, ...values },
  };
}

/** The jobs that {@link cancel} cancels: a condition, and the values in it. */
export function cancellable(exceptRangeIds: readonly RangeId[]): Required<Pick<JobUpdate, 'condition' | 'values'>> {
  const values = Object.fromEntries(exceptRangeIds.map((rangeId, index) => [`exceptRangeId${index}`, rangeId]));
  const isInNone = Object.keys(values).map((name) => ` AND #rangeId <> :${name}`);
  return { condition: `#state IN (:queued, :leased)${isInNone.join('')}`, values };
}

/** queued | leased, its lease ended → rejected, unless a straggler goes on */
export function reject(reason: string, nowMs: number, writeId: string): JobUpdate {
  return {
    update: `SET #state = :rejected, #settledAtMs = :nowMs, #reason = :reason, #writeId = :writeId
      REMOVE ${LEASE}, ${LEAVE_INDEX}`,
    condition: `(#state = :queued OR (#state = :leased AND #leaseEndsAtMs <= :nowMs)) AND ${NO_STRAGGLER}`,
    values: { reason: keptReason(reason), nowMs, writeId },
  };
}

/** rejected → queued, with a fresh budget */
export function reviveRejected(jobId: ProvingJobId, writeId: string): JobUpdate {
  return {
    update: `SET ${DUE_AT_ONCE}, #attempts = :noAttempts, #writeId = :writeId
      REMOVE #enqueuedAtMs, #settledAtMs, #reason, ${AttemptCause.options.map((_, index) => `#failedBy${index}`).join(', ')}`,
    condition: '#state = :rejected',
    values: { openShard: openShard(jobId), noAttempts: {}, writeId, zero: 0 },
    names: Object.fromEntries(
      AttemptCause.options.map((cause, index) => [`failedBy${index}`, failedByAttribute(cause)]),
    ),
  };
}

/** proven → queued; the settlement to undo is identified by its time, so that a repeated call never undoes a later one. */
export function reopenProven(jobId: ProvingJobId, reason: string, settledAtMs: number): JobUpdate {
  return {
    update: `SET ${DUE_AT_ONCE}, #reason = :reason REMOVE ${PROOF}, #enqueuedAtMs, #settledAtMs`,
    condition: '#state = :proven AND #settledAtMs = :settledAtMs',
    values: { openShard: openShard(jobId), reason: keptReason(reason), settledAtMs, zero: 0 },
  };
}

/** cancelled → queued, for the range that asks now */
export function queueCancelled(jobId: ProvingJobId, rangeId: RangeId, nowMs: number): JobUpdate {
  return {
    update: `SET ${DUE_AT_ONCE}, #rangeId = :rangeId, #expiresAtSeconds = :expiresAtSeconds
      REMOVE #enqueuedAtMs, #settledAtMs, #reason`,
    condition: '#state = :cancelled',
    values: { openShard: openShard(jobId), rangeId, expiresAtSeconds: expiresAtSeconds(nowMs), zero: 0 },
  };
}

/** Any state but cancelled: the job belongs to the range that asks now. */
export function takeOnRange(rangeId: RangeId, nowMs: number): JobUpdate {
  return {
    update: 'SET #rangeId = :rangeId, #expiresAtSeconds = :expiresAtSeconds',
    condition: '#state <> :cancelled',
    values: { rangeId, expiresAtSeconds: expiresAtSeconds(nowMs) },
  };
}

/** A message was sent for a queued job: it is due when that is too long ago. */
export function enqueuedWhileQueued(nowMs: number): JobUpdate {
  return {
    update: 'SET #enqueuedAtMs = :nowMs, #dueAtMs = :nowMs',
    condition: '#state = :queued',
    values: { nowMs },
  };
}

/** A message was sent for a job that an agent was quick to claim: it stays due at the end of its lease. */
export function enqueuedWhileLeased(nowMs: number): JobUpdate {
  return { update: 'SET #enqueuedAtMs = :nowMs', condition: '#state = :leased', values: { nowMs } };
}

function asSeen({ token, expiresAtMs }: JobLease): { readonly token: number; readonly seenEndMs: number } {
  return { token, seenEndMs: expiresAtMs };
}

function wasLost({ agentId }: JobLease): string {
  return `agent ${agentId} was lost`;
}
