import type { WireJobId } from '../../shared/broker-api/wire-job-id.ts';
import type { WireJob, WireStatus } from '../../shared/broker-api/wire-types.ts';
import { type JobRecord, leaseAt, type RangeId } from '../../shared/ledger/job-ledger.ts';
import { UnknownCircuits } from '../../shared/ledger/unknown-circuits.ts';
import { warnOfIncident } from '../../shared/ledger/report-incident.ts';
import { JobSender } from '../../shared/proof-requests/job-sender.ts';
import { circuitOf, isCatalogued } from '../../shared/proving-job/circuit-catalogue.ts';
import { outputsKey } from '../../shared/proof-store/proof-store.ts';
import { isLostObject, ObjectCorruptError } from '../../shared/proof-store/errors.ts';
import type { EpochId } from '../../shared/proving-job/epoch-id.ts';
import { epochIdOf, parseProvingJobId, type ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import { mapBounded } from '../../shared/retry/map-bounded.ts';
import type { BrokerCount } from './broker-counts.ts';
import type { BrokerDeps } from './broker-deps.ts';
import type { CircuitTypes } from './circuit-types.ts';
import type { JobAskers } from './job-askers.ts';
import type { RecentSettlements } from './recent-settlements.ts';
import { inlineBytes, type StoredPayloads } from './stored-payloads.ts';
import { OpenJobs } from './open-jobs.ts';
import type { ToldCancels } from './told-cancels.ts';
import type { AnswerShare } from './transport/answer-room.ts';
import { CallRefusedError } from './transport/errors.ts';
import { type CallContext, RPC_CODES } from './transport/json-rpc.ts';
import type { WireIds } from './wire-ids.ts';

/** What official facades compare a cancelled job's reason with; every version knows it. */
const CANCELLED: WireStatus = { status: 'rejected', reason: 'Aborted' };
const READS_AT_ONCE = 16;

type NodeCall = Pick<CallContext, 'client' | 'answer'>;

export interface NodeCallsDeps extends BrokerDeps {
  readonly ids: WireIds;
  readonly types: CircuitTypes;
  readonly payloads: StoredPayloads;
  readonly settlements: RecentSettlements;
  readonly askers: JobAskers;
  readonly cancels: ToldCancels;
  readonly count?: (count: BrokerCount) => void;
  /** Opens the job's epoch if it is not open. @returns why it takes no more jobs; `undefined` when it does */
  readonly openEpoch: (epochId: EpochId) => Promise<string | undefined>;
  /** The range of epochs whose shape nobody knows beforehand. */
  readonly rangeId: RangeId;
}

/** The calls of prover nodes: any number of them, of which each may ask for the same jobs. */
export class NodeCalls {
  readonly #deps: NodeCallsDeps;
  readonly #holdMs: number;
  readonly #sender: JobSender;
  readonly #unknown: UnknownCircuits;
  readonly #open: OpenJobs;

  /** @param holdMs how long a call that asks what is new is held, in milliseconds */
  constructor(holdMs: number, deps: NodeCallsDeps) {
    this.#deps = deps;
    this.#holdMs = holdMs;
    this.#sender = new JobSender(deps.engine);
    this.#open = new OpenJobs(deps);
    this.#unknown = new UnknownCircuits({ incidents: deps.engine.incidents, log: deps.log });
  }

  /** @returns the job's status before the call */
  async enqueue(job: WireJob, call: NodeCall): Promise<WireStatus> {
    const { ids, askers } = this.#deps;
    const jobId = ids.toJobId(job.id);
    // Before all else: another node may cancel the job meanwhile.
    askers.asked(jobId, call.client);
    try {
      return await this.#enqueue(jobId, job, call);
    } catch (error) {
      askers.failed(jobId, call.client);
      throw error;
    }
  }

  /** Inputs to the store, then the record, then the message. */
  async #enqueue(jobId: ProvingJobId, { id, type, inputsUri }: WireJob, call: NodeCall): Promise<WireStatus> {
    const { engine, types, payloads, cancels, count, line, rangeId, log } = this.#deps;
    const known = await engine.jobs.find(jobId);
    if (known?.wireType !== undefined && known.wireType !== type) throw otherType(id, known.wireType, type);
    const { circuit } = parseProvingJobId(jobId);
    types.learn(circuit, type);
    if (known !== undefined && known.state !== 'cancelled') return this.#statusOf(known, call);
    const closed = await this.#deps.openEpoch(epochIdOf(jobId));
    if (closed !== undefined) throw new CallRefusedError(RPC_CODES.refused, `Epoch too old: ${closed}`);
    const { pool, lane } = circuitOf(circuit, line.networkVersion);
    const record = await engine.jobs.record({
      id: jobId,
      rangeId,
      circuit,
      pool,
      lane,
      networkVersion: line.networkVersion,
      ...(known === undefined ? await payloads.storeInputs(jobId, inputsUri) : inputsOf(known)),
      wireType: type,
      children: [],
    });
    if (known === undefined) {
      count?.('BrokerJobsTaken');
      if (!isCatalogued(circuit)) count?.('BrokerJobsUnknown');
    }
    await this.#unknown.note(record);
    if (record.state === 'queued') await this.#sender.send(record);
    cancels.forget(jobId);
    log.debug({ jobId }, known === undefined ? 'job recorded' : 'cancelled job revived');
    return { status: known === undefined ? 'not-found' : 'in-queue' };
  }

  async status(id: WireJobId, call: NodeCall): Promise<WireStatus> {
    const { engine, ids } = this.#deps;
    const record = await engine.jobs.find(ids.toJobId(id));
    return record === undefined ? { status: 'not-found' } : this.#statusOf(record, call);
  }

  /** Cancels the job, unless another node waits for it as well. */
  async cancel(id: WireJobId, { client }: Pick<NodeCall, 'client'>): Promise<void> {
    const { engine, ids, askers, log } = this.#deps;
    const jobId = ids.toJobId(id);
    if (askers.withdrew(jobId, client)) {
      log.info({ jobId, client }, 'a node no longer wants a job that another waits for: it stays');
      return;
    }
    if (await engine.jobs.cancel(jobId, 'Aborted')) log.info({ jobId }, 'job cancelled by its node');
  }

  /** The settled jobs among those asked for, and what was settled lately; without either it waits for news. */
  async completed(
    asked: readonly WireJobId[],
    { client, isAlone, signal }: CallContext,
  ): Promise<readonly WireJobId[]> {
    const { ids, askers, cancels, settlements } = this.#deps;
    for (const id of asked) askers.named(ids.toJobId(id), client);
    const settled = await this.#settledOf(asked, client);
    const mayWait = isAlone && settled.length === 0;
    const wait = mayWait ? AbortSignal.any([signal, AbortSignal.timeout(this.#holdMs)]) : AbortSignal.abort();
    const recent = await settlements.take(client, wait);
    const news = recent.filter((id) => !cancels.hasHeardOf(ids.toJobId(id), client));
    return [...new Set([...settled, ...news])];
  }

  /** An open job is not read: of 1,000 that a node asks for, nearly all are open. What was settled lately is in the answer anyway. */
  async #settledOf(asked: readonly WireJobId[], client: string): Promise<readonly WireJobId[]> {
    const { engine, ids, cancels } = this.#deps;
    if (asked.length === 0) return [];
    const jobIds = new Map(asked.map((id): [ProvingJobId, WireJobId] => [ids.toJobId(id), id]));
    const epochIds = new Set([...jobIds.keys()].map(epochIdOf));
    const open = await mapBounded([...epochIds], READS_AT_ONCE, (epochId) => this.#open.of(epochId));
    const closed = [...jobIds].filter(([jobId]) => !open.some((jobs) => jobs.has(jobId)));
    const settled = await mapBounded(closed, READS_AT_ONCE, async ([jobId, id]) => {
      const record = await engine.jobs.find(jobId);
      if (record === undefined || record.state === 'queued' || record.state === 'leased') return undefined;
      return record.state === 'cancelled' && cancels.knows(record, client) ? undefined : id;
    });
    return settled.filter((id) => id !== undefined);
  }

  async #statusOf(record: JobRecord, { client, answer }: NodeCall): Promise<WireStatus> {
    const { cancels } = this.#deps;
    switch (record.state) {
      case 'queued':
        return { status: 'in-queue' };
      case 'leased':
        return { status: leaseAt(record, this.#deps.nowMs()) === undefined ? 'in-queue' : 'in-progress' };
      case 'rejected':
        return { status: 'rejected', reason: record.reason ?? 'no reason recorded' };
      case 'cancelled':
        // It asks for the job again, and its enqueue has not arrived.
        if (cancels.wasJustTold(record, client)) return { status: 'in-queue' };
        cancels.tell(record, client);
        return CANCELLED;
      case 'proven':
        return this.#proofOf(record, answer);
    }
  }

  /** A proof that the store has lost is made again: the node asks until it is there. */
  async #proofOf(record: JobRecord, answer: AnswerShare): Promise<WireStatus> {
    const { engine, payloads } = this.#deps;
    await answer.take(inlineBytes(record.proof));
    try {
      return { status: 'fulfilled', value: await payloads.proofUri(record) };
    } catch (error) {
      if (!isLostObject(error)) throw error;
      const key = outputsKey(record.circuit, record.id);
      const message = `the job is proven again: ${error.message}`;
      await warnOfIncident(this.#deps, { kind: 'corrupt-object', subject: key, message });
      if (error instanceof ObjectCorruptError) await engine.proofs.quarantine(key, message, error.actualSha256);
      await engine.jobs.reopen(record, message);
      await this.#sender.send(record);
      return { status: 'in-queue' };
    }
  }
}

function inputsOf({ inputs, inputsUri }: JobRecord): Pick<JobRecord, 'inputs' | 'inputsUri'> {
  return { inputs, ...(inputsUri !== undefined && { inputsUri }) };
}

function otherType(id: WireJobId, known: number, type: number): CallRefusedError {
  const message = `job ${id} is known with type ${known}, not ${type}: do nodes of two versions share this broker?`;
  return new CallRefusedError(RPC_CODES.refused, message);
}
