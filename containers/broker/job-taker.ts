import type { WireJob, WireLease } from '../../shared/broker-api/wire-types.ts';
import type { QueueLease } from '../../shared/job-queue/job-queue.ts';
import { sendJobs } from '../../shared/job-queue/send-jobs.ts';
import type { JobRecord } from '../../shared/ledger/job-ledger.ts';
import { warnOfIncident } from '../../shared/ledger/report-incident.ts';
import { isLostObject } from '../../shared/proof-store/errors.ts';
import type { Pool } from '../../shared/proving-job/circuit-family.ts';
import { type JobMessage, namesOwnCircuit } from '../../shared/proving-job/job-message.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import type { AgentBook, AgentSlot } from './agent-slot.ts';
import type { BrokerDeps } from './broker-deps.ts';
import type { CircuitTypes } from './circuit-types.ts';
import type { HeldLeases } from './held-leases.ts';
import { inlineBytes, type InputsUri, type StoredPayloads } from './stored-payloads.ts';
import type { WireIds } from './wire-ids.ts';

/** A message that is for nobody here now is back for others after this. */
export const NOT_WANTED_SECONDS = 1;
/** The same of a message of another version or rollup, for agents of that kind. */
const FOREIGN_SECONDS = 15;
const CORRUPT_SECONDS = 5;

/** A job as its agent gets it, with inputs that are made inline while they are sent. */
export interface AgentLease extends Omit<WireLease, 'job'> {
  readonly job: Omit<WireJob, 'inputsUri'> & { readonly inputsUri: InputsUri };
}

export interface DispatchedJob {
  readonly jobId: ProvingJobId;
  readonly lease: AgentLease;
  /** What its inputs take in the response. */
  readonly inputsBytes: number;
}

export interface JobTakerDeps extends BrokerDeps {
  readonly ids: Pick<WireIds, 'toJobId' | 'toWireId'>;
  readonly types: CircuitTypes;
  readonly payloads: StoredPayloads;
  readonly held: HeldLeases;
  readonly slots: AgentBook;
  /** The pools whose jobs are dispatched, in order of preference. */
  readonly pools: readonly Pool[];
  /** Whether the message's job can be proven by agents of this line, though another version of Aztec asked for it. */
  readonly isOfLine: (message: JobMessage) => Promise<boolean>;
  /** Whether agents elsewhere should try the job first, since it failed here. @default never */
  readonly areOthersAheadFor?: (jobId: ProvingJobId) => Promise<boolean>;
}

/** Makes messages of the queue into jobs of agents, or turns them away. */
export class JobTaker {
  readonly #deps: JobTakerDeps;
  readonly #foreign = new Set<string>();

  constructor(deps: JobTakerDeps) {
    this.#deps = deps;
  }

  /** Turns away what no agent of this broker can prove. @returns whether it did */
  async refuse(lease: QueueLease): Promise<boolean> {
    const { engine, isOfLine, areOthersAheadFor } = this.#deps;
    const { message } = lease;
    if (!namesOwnCircuit(message)) {
      const reason = `the message names circuit ${message.circuit}, its job id another: ${message.jobId}`;
      await engine.queue.park(lease, reason);
      await warnOfIncident(this.#deps, { kind: 'parked-message', subject: message.jobId, message: reason });
      return true;
    }
    if (!(await isOfLine(message))) {
      await engine.queue.release(lease, FOREIGN_SECONDS);
      await this.#reportForeign(lease);
      return true;
    }
    if ((await areOthersAheadFor?.(message.jobId)) !== true) return false;
    await engine.queue.release(lease, NOT_WANTED_SECONDS);
    return true;
  }

  /** The operator hears once of each kind. */
  async #reportForeign({ message: { jobId, networkVersion } }: QueueLease): Promise<void> {
    const { line } = this.#deps;
    const epochs = jobId.split(':').slice(0, -3).join(':');
    const kind = `${networkVersion} of ${epochs === '' ? 'an earlier version of Coppice' : epochs}`;
    if (this.#foreign.has(kind)) return;
    this.#foreign.add(kind);
    const message =
      `left a job of version ${kind} to others: this broker serves ${line.networkVersion} of ${line.rollup}; ` +
      'start agents of that version';
    await warnOfIncident(this.#deps, { kind: 'foreign-version', subject: jobId, message });
  }

  /**
   * Claims the job for the agent and reads its inputs; `undefined` when it is not to be proven now.
   * @param inputsUri the inputs, when they have been read already
   */
  async take(message: QueueLease, slot: AgentSlot, inputsUri?: InputsUri): Promise<DispatchedJob | undefined> {
    const { engine, leaseSeconds, pools, held, nowMs } = this.#deps;
    const { jobId } = message.message;
    const answer = await engine.jobs.claim(jobId, slot.agentId, leaseSeconds, pools);
    switch (answer.outcome) {
      case 'claimed':
        held.hold(answer.lease, message);
        try {
          return await this.#read(answer.job, slot, inputsUri);
        } catch (error) {
          await held.release(jobId);
          throw error;
        }
      case 'held':
        await engine.queue.release(message, Math.max(0, answer.expiresAtMs - nowMs()) / 1000);
        return undefined;
      case 'left-to-others':
        await engine.queue.release(message, NOT_WANTED_SECONDS);
        return undefined;
      case 'moved':
        // The process that moved it may have ended before sending the message to the new pool; a second one does no harm.
        await sendJobs([answer.job], engine);
        await engine.queue.complete(message);
        return undefined;
      case 'settled':
        await engine.queue.complete(message);
        if (answer.state === 'rejected') {
          const text = 'its budget of attempts is spent: the ledger has the reason';
          await warnOfIncident(this.#deps, { kind: 'rejected-job', subject: jobId, message: text });
        }
        return undefined;
      case 'unknown': {
        // The record is written before the message is sent.
        const reason = `the ledger does not know proving job ${jobId}: it was sent by another fleet`;
        await engine.queue.park(message, reason);
        await warnOfIncident(this.#deps, { kind: 'parked-message', subject: jobId, message: reason });
        return undefined;
      }
    }
  }

  async #read(
    record: JobRecord,
    slot: AgentSlot,
    knownInputs: InputsUri | undefined,
  ): Promise<DispatchedJob | undefined> {
    const { engine, ids, types, payloads, held, slots, log } = this.#deps;
    const { id: jobId, circuit, lease, epoch } = record;
    const type = record.wireType ?? types.typeOf(circuit);
    const wireId = ids.toWireId(jobId);
    if (lease === undefined) throw new Error(`the ledger leased proving job ${jobId} without a lease`);
    if (wireId === undefined || type === undefined) {
      log.warn({ jobId }, 'the number of the circuit on the wire is unknown: the job is left to agents of Coppice');
      const message = held.take(jobId);
      await engine.jobs.release(lease);
      if (message?.queueLease !== undefined) await engine.queue.release(message.queueLease, FOREIGN_SECONDS);
      return undefined;
    }
    types.learn(circuit, type);
    try {
      const inputsUri = knownInputs ?? (await payloads.inputsUri(record, type));
      slots.began(slot, jobId, lease.claimedAtMs);
      const job = { id: wireId, type, epochNumber: epoch, inputsUri };
      return { jobId, lease: { job, time: lease.claimedAtMs }, inputsBytes: inlineBytes(record.inputs) };
    } catch (error) {
      if (!isLostObject(error)) throw error;
      const message = held.take(jobId);
      await engine.jobs.fail(lease, 'corrupt-inputs', error.message);
      if (message?.queueLease !== undefined) await engine.queue.release(message.queueLease, CORRUPT_SECONDS);
      await warnOfIncident(this.#deps, { kind: 'corrupt-object', subject: error.key, message: error.message });
      return undefined;
    }
  }
}
