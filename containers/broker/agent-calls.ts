import { isProofOf } from '../../shared/broker-api/inline-payload.ts';
import type { WireJobId } from '../../shared/broker-api/wire-job-id.ts';
import type { ProofUri, WireJobFilter } from '../../shared/broker-api/wire-types.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { engineKindOf } from '../../shared/engine/engine-kind.ts';
import { sendJobs } from '../../shared/job-queue/send-jobs.ts';
import { JobLeaseLostError } from '../../shared/ledger/errors.ts';
import type { AttemptCause, JobLease, JobRecord } from '../../shared/ledger/job-ledger.ts';
import { warnOfIncident } from '../../shared/ledger/report-incident.ts';
import type { Settlement } from '../../shared/ledger/settlement-feed.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import type { BrokerCount } from './broker-counts.ts';
import type { AgentSlot } from './agent-slot.ts';
import type { DrainingAgents } from './draining-agents.ts';
import type { JobDispatcher } from './job-dispatcher.ts';
import type { AgentLease, DispatchedJob, JobTakerDeps } from './job-taker.ts';
import { SilentAgents } from './silent-agents.ts';
import type { CallContext } from './transport/json-rpc.ts';

/** What Aztec's agent reports when its store does not give it the inputs. */
const INPUTS_NOT_READ = 'Failed to load proof inputs';
/** Seconds before a failed job is tried again, by the number of its failure. */
const RETRY_SECONDS = [1, 5, 15];
/** Enough for a queue on this machine; SQS takes a second. */
const GLANCE_MS = { embedded: 50, aws: 1_000 };

export interface AgentCallsOptions {
  /** How long an idle agent's call is held when nothing else waits for it, in milliseconds. */
  readonly holdMs: number;
  /** The same for a call that others wait for: long enough to see whether a job is there. */
  readonly glanceMs: number;
}

/** The {@link AgentCallsOptions.glanceMs} of an engine. */
export function glanceMsOf(engine: Pick<Engine, 'disks'>): number {
  return GLANCE_MS[engineKindOf(engine)];
}

export type AgentCallsDeps = JobTakerDeps & {
  readonly dispatcher: Pick<JobDispatcher, 'next' | 'noteFailed'>;
  /** @default an agent that drains and falls silent has crashed */
  readonly draining?: Pick<DrainingAgents, 'note'>;
  /** Hears of each job that a report has settled, before the engine's feed has it. */
  readonly onSettled?: (settlement: Settlement) => void;
  readonly count?: (count: BrokerCount) => void;
};

/** The calls of agents. Each may come twice, and from any broker: what counts is the ledger's record. */
export class AgentCalls {
  readonly #options: AgentCallsOptions;
  readonly #deps: AgentCallsDeps;
  readonly #silent: SilentAgents;

  constructor(options: AgentCallsOptions, deps: AgentCallsDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#silent = new SilentAgents(deps);
  }

  async getJob(filter: WireJobFilter | undefined, call: CallContext): Promise<AgentLease | undefined> {
    const { client } = call;
    if (!this.#silent.mayTake(client)) return undefined;
    const lease = await this.#next(this.#deps.slots.of(client), filter, call, this.#options.holdMs);
    if (lease !== undefined) this.#silent.gave(client, this.#deps.ids.toJobId(lease.job.id));
    return lease;
  }

  /**
   * Keeps the lease alive. Only an agent whose job is gone gets another: any job in an answer ends the work in hand.
   * @param startedAtMs when the lease began, as the agent was told
   */
  async progress(
    id: WireJobId,
    startedAtMs: number,
    filter: WireJobFilter | undefined,
    call: CallContext,
  ): Promise<AgentLease | undefined> {
    const { ids, held, slots } = this.#deps;
    const jobId = ids.toJobId(id);
    this.#silent.reported(call.client, jobId);
    const slot = slots.of(call.client, jobId);
    const known = held.find(jobId);
    if (known !== undefined && startedAtMs <= known.jobLease.claimedAtMs && (await held.keepAlive(jobId))) {
      if (slot.jobId !== jobId) slots.began(slot, jobId, startedAtMs);
      this.#deps.draining?.note(jobId, filter);
      return undefined;
    }
    if (await this.#adopt(jobId, startedAtMs, slot)) return undefined;
    if (slot.jobId === jobId) slots.ended(slot, 'lost');
    return this.#next(slot, filter, call, this.#options.glanceMs);
  }

  async succeed(
    id: WireJobId,
    proofUri: ProofUri,
    filter: WireJobFilter | undefined,
    call: CallContext,
  ): Promise<AgentLease | undefined> {
    const { engine, ids, held, slots, payloads, nowMs, log } = this.#deps;
    const jobId = ids.toJobId(id);
    this.#silent.reported(call.client, jobId);
    const slot = slots.of(call.client, jobId);
    const record = await engine.jobs.find(jobId);
    if (record === undefined || record.state === 'proven') {
      // The answer to an earlier call was lost, or another agent was faster.
      await held.complete(jobId);
      if (slot.jobId === jobId) slots.ended(slot, record === undefined ? 'lost' : 'proven');
      return undefined;
    }
    if (!isProofOf(proofUri, record.wireType)) {
      return this.fail(id, `${slot.agentId} reported something that is not a proof of this job`, filter, call);
    }
    const lease = held.find(jobId)?.jobLease ?? record.lease;
    const beganAtMs = slot.jobId === jobId ? slot.jobSinceMs : undefined;
    const claimedAtMs = lease?.claimedAtMs ?? beganAtMs ?? nowMs();
    const proof = await payloads.storeProof(jobId, proofUri);
    const agentId = lease?.agentId ?? slot.agentId;
    const provingMs = Math.max(0, nowMs() - claimedAtMs);
    const outcome = await engine.jobs.markProven({ jobId, agentId, proof, provingMs, claimedAtMs });
    this.#deps.onSettled?.({ jobId, state: 'proven' });
    await held.complete(jobId);
    slots.ended(slot, 'proven');
    log.info({ jobId, agentId: slot.agentId, provingMs, outcome }, 'job proven');
    return this.#next(slot, filter, call, this.#options.holdMs);
  }

  /** Counts a failed attempt: one of this agent, whether or not it says that another try may help. */
  async fail(
    id: WireJobId,
    message: string,
    filter: WireJobFilter | undefined,
    call: CallContext,
  ): Promise<AgentLease | undefined> {
    const { engine, ids, held, slots, dispatcher } = this.#deps;
    const jobId = ids.toJobId(id);
    this.#silent.reported(call.client, jobId);
    const slot = slots.of(call.client, jobId);
    const record = await engine.jobs.find(jobId);
    if (record === undefined) return undefined;
    const lease = ownLease(held.find(jobId)?.jobLease ?? record.lease, slot);
    const isOpen = record.state === 'queued' || record.state === 'leased';
    if (!isOpen || lease === undefined) {
      if (slot.jobId === jobId) slots.ended(slot, 'lost');
      return this.#next(slot, filter, call, this.#options.glanceMs);
    }
    dispatcher.noteFailed(jobId, slot);
    slots.ended(slot, 'failed');
    await this.#endAttempt(record, lease, message === INPUTS_NOT_READ ? 'corrupt-inputs' : 'failure', message);
    return this.#next(slot, filter, call, this.#options.holdMs);
  }

  /** Gives the job back at no cost: its agent is stopped. @param startedAtMs `time` of the agent's lease */
  async giveBack(id: WireJobId, startedAtMs: number, call: CallContext): Promise<void> {
    const { engine, ids, held, slots, log } = this.#deps;
    const jobId = ids.toJobId(id);
    this.#silent.reported(call.client, jobId);
    const record = await engine.jobs.find(jobId);
    const known = held.find(jobId);
    const lease = known?.jobLease ?? record?.lease;
    if (record === undefined || lease?.claimedAtMs !== startedAtMs) return;
    const slot = slots.of(call.client, jobId);
    if (slot.jobId === jobId) slots.ended(slot, 'lost');
    if (known === undefined) await engine.jobs.release(lease);
    else await held.release(jobId);
    // The message that this broker does not know stays hidden for a while; a second one does no harm.
    if (known?.queueLease === undefined) await sendJobs([record], engine);
    log.info({ jobId, agentId: slot.agentId }, 'job given back by its agent');
  }

  /** Counts an attempt whose agent no longer has the job, as one that ended with its lease. */
  async lose(jobId: ProvingJobId, message: string): Promise<void> {
    const { engine, held } = this.#deps;
    const lease = held.find(jobId)?.jobLease;
    const record = await engine.jobs.find(jobId);
    if (record !== undefined && lease !== undefined) await this.#endAttempt(record, lease, 'lost-agent', message);
  }

  async #endAttempt(record: JobRecord, lease: JobLease, cause: AttemptCause, message: string): Promise<void> {
    const { engine, held, log } = this.#deps;
    let outcome: 'queued' | 'rejected';
    try {
      outcome = await engine.jobs.fail(lease, cause, message);
    } catch (error) {
      if (!(error instanceof JobLeaseLostError)) throw error;
      // Its lease has ended, and another agent has the job.
      held.take(record.id);
      return;
    }
    log.warn(
      { jobId: record.id, agentId: lease.agentId, cause, reason: message.slice(0, 300), outcome },
      'attempt failed',
    );
    if (outcome === 'rejected') {
      this.#deps.onSettled?.({ jobId: record.id, state: 'rejected' });
      await held.complete(record.id);
      const text = `${cause}: ${message.slice(0, 300)}; revive it with coppice retry, and restart the prover node`;
      await warnOfIncident(this.#deps, { kind: 'rejected-job', subject: record.id, message: text });
      return;
    }
    const queueLease = held.take(record.id)?.queueLease;
    const delaySeconds = RETRY_SECONDS[Math.min(record.attempts[cause], RETRY_SECONDS.length - 1)];
    if (queueLease !== undefined) await engine.queue.release(queueLease, delaySeconds);
  }

  /**
   * Takes the lease of an agent that reports here for the first time: this broker was restarted, or another one gave it the
   * job. @returns whether the agent may go on
   */
  async #adopt(jobId: ProvingJobId, startedAtMs: number, slot: AgentSlot): Promise<boolean> {
    const { engine, held, slots, leaseSeconds, log } = this.#deps;
    const record = await engine.jobs.find(jobId);
    if (record?.state === 'queued') {
      const answer = await engine.jobs.claim(jobId, slot.agentId, leaseSeconds);
      if (answer.outcome !== 'claimed') return answer.outcome === 'held';
      held.hold(answer.lease, undefined);
    } else if (record?.state === 'leased' && record.lease !== undefined) {
      const { lease } = record;
      if (startedAtMs > lease.claimedAtMs) return false;
      // Who began later holds the lease: both go on, since the first proof is the one that counts.
      if (startedAtMs < lease.claimedAtMs && lease.agentId !== slot.agentId) return true;
      held.hold(await engine.jobs.extend(lease, leaseSeconds), held.find(jobId)?.queueLease);
    } else {
      return false;
    }
    slots.began(slot, jobId, startedAtMs);
    log.info({ jobId, agentId: slot.agentId }, 'took over the lease of an agent that reported');
    return true;
  }

  async #next(
    slot: AgentSlot,
    filter: WireJobFilter | undefined,
    { client, isAlone, signal, answer, onUndelivered }: CallContext,
    holdMs: number,
  ): Promise<AgentLease | undefined> {
    const { dispatcher, held, slots, log } = this.#deps;
    const waitMs = isAlone ? holdMs : this.#options.glanceMs;
    if (!answer.hasRoom && filter?.allowNewJobs !== false) {
      // No job is claimed that could not be sent.
      const until = AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
      if (!(await answer.untilRoom(until))) return undefined;
    }
    const job: DispatchedJob | undefined = await dispatcher.next({ slot, filter, signal, answer, holdMs: waitMs });
    if (job === undefined) return undefined;
    this.#deps.count?.('BrokerJobsGiven');
    onUndelivered(async () => {
      this.#silent.reported(client, job.jobId);
      slots.ended(slot, 'lost');
      await held.release(job.jobId);
      log.info({ jobId: job.jobId, agentId: slot.agentId }, 'gave a job back whose agent went before it had it');
    });
    return job.lease;
  }
}

/**
 * The lease, if the agent holds it: agents are known by their addresses, and by their numbers there. An error of one whose
 * lease has ended must not end the attempt of the agent that has the job now.
 */
function ownLease(lease: JobLease | undefined, { agentId, client }: AgentSlot): JobLease | undefined {
  const isOwn = lease?.agentId === agentId || lease?.agentId.slice(0, lease.agentId.lastIndexOf('-')) === client;
  return isOwn ? lease : undefined;
}
