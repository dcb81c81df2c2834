import { BrokerCallRefusedError, BrokerRequestRefusedError } from '../../../shared/broker-api/errors.ts';
import type { ProvingBrokerApi } from '../../../shared/broker-api/proving-broker-api.ts';
import { circuitOfWireJob, type WireJobId } from '../../../shared/broker-api/wire-job-id.ts';
import type { WireJobFilter, WireLease } from '../../../shared/broker-api/wire-types.ts';
import { keepTrying } from '../../../shared/retry/keep-trying.ts';
import { pause } from '../../../shared/retry/pause.ts';
import { untilAborted } from '../../../shared/retry/until-aborted.ts';
import { errorText } from '../../../shared/telemetry/error-text.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { JobSource } from '../agent-loop.ts';
import type { Drain } from '../drain.ts';
import type { ReadyJob } from '../job/job-in-hand.ts';
import type { FreshProof } from '../prover/prover-process.ts';
import type { BrokerHeartbeats } from './broker-heartbeats.ts';
import { BrokerJob } from './broker-job.ts';
import type { JobPayloads } from './job-payloads.ts';

/** How long inputs may take, from a store that may not answer at all. */
const READ_SECONDS = 30;

export interface BrokerJobsOptions {
  readonly circuits: readonly string[];
  readonly filter: WireJobFilter;
  readonly pollMs: number;
}

export interface BrokerJobsDeps {
  /** Its calls end when the drain's `giveBack` aborts. */
  readonly api: ProvingBrokerApi;
  /** Gives a job back, also once `giveBack` has aborted. @throws when the broker cannot be reached soon, or does not know how */
  readonly returnJob: (id: WireJobId, startedAtMs: number) => Promise<void>;
  readonly heartbeats: Pick<BrokerHeartbeats, 'keep'>;
  readonly payloads: Pick<JobPayloads, 'readInputs' | 'writeProof'>;
  readonly drain: Pick<Drain, 'hasBegun' | 'giveBack'>;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/**
 * The jobs that a broker gives this agent, one at a time. Any answer of a broker may bring the next job; a job is never asked
 * for while another is in hand.
 */
export class BrokerJobs implements JobSource<BrokerJob> {
  readonly #options: BrokerJobsOptions;
  readonly #deps: BrokerJobsDeps;
  /** Jobs that came in answers and have not been begun. */
  readonly #offered: WireLease[] = [];
  /** The report of the last proof: its answer may bring the next job. */
  #reporting: Promise<unknown> = Promise.resolve();

  readonly claimer: JobSource<BrokerJob>['claimer'] = { claim: ({ signal }) => this.#claim(signal) };
  readonly prefetched: JobSource<BrokerJob>['prefetched'] = { begin: () => undefined, take: () => this.#take() };
  readonly delivery: JobSource<BrokerJob>['delivery'] = {
    deliver: (job, fresh, stop) => {
      const delivered = this.#deliver(job, fresh, stop);
      this.#reporting = delivered.catch(() => undefined);
      return delivered;
    },
  };

  constructor(options: BrokerJobsOptions, deps: BrokerJobsDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** Takes a job that came with an answer, such as that to a heartbeat. */
  offer(lease: WireLease | undefined): void {
    if (lease !== undefined) this.#offered.push(lease);
  }

  /** The broker may hold the call until there is a job. An answer that is on its way is waited for also when the agent stops. */
  async #claim(stop: AbortSignal): Promise<ReadyJob<BrokerJob> | undefined> {
    const { api, nowMs } = this.#deps;
    const { pollMs } = this.#options;
    const askedAtMs = nowMs();
    this.offer(await api.getProvingJob(this.#filter));
    const job = await this.#take();
    // A clock that was set back meanwhile makes the pause no longer.
    if (job === undefined) await pause(pollMs - Math.max(0, nowMs() - askedAtMs), stop);
    return job;
  }

  async #take(): Promise<ReadyJob<BrokerJob> | undefined> {
    await this.#reporting;
    const lease = this.#offered.shift();
    return lease && this.#begin(lease);
  }

  /** @returns `undefined` when this agent cannot prove the job */
  async #begin({ job, time }: WireLease): Promise<ReadyJob<BrokerJob> | undefined> {
    const { heartbeats, log, nowMs } = this.#deps;
    const circuit = circuitOfWireJob(job.id);
    const kept = heartbeats.keep(job.id, time);
    const held = new BrokerJob(job, circuit, kept, nowMs(), {
      log,
      giveBack: () => this.#giveBack(job.id, time),
      reportError: (failed, message) => this.#reportError(failed, message),
    });
    if (!this.#options.circuits.includes(circuit)) {
      await held.fail('failure', `this agent does not prove ${circuit}: run agents of the node's version`);
      return undefined;
    }
    try {
      return { held, inputs: await this.#readInputs(held) };
    } catch (error) {
      const advice = 'give node and agents the same PROVER_PROOF_STORE, and this machine access to it';
      log.error({ err: error, jobId: job.id }, `the inputs of a job cannot be read: ${advice}`);
      await held.release('its inputs cannot be read');
      throw error;
    }
  }

  async #readInputs({ wire, lost }: BrokerJob): Promise<Uint8Array> {
    const { payloads, drain, log } = this.#deps;
    const signal = AbortSignal.any([lost, drain.giveBack, AbortSignal.timeout(READ_SECONDS * 1000)]);
    return keepTrying(() => untilAborted(payloads.readInputs(wire.inputsUri), signal), {
      signal,
      onError: (error) => log.warn({ err: error, jobId: wire.id }, 'inputs not read yet'),
    });
  }

  async #deliver(job: BrokerJob, { proof, provingMs }: FreshProof, stop: AbortSignal): Promise<boolean> {
    const { api, payloads, log } = this.#deps;
    const { id } = job.wire;
    try {
      const uri = await keepTrying(() => untilAborted(payloads.writeProof(job.wire, proof), stop), {
        signal: stop,
        onError: (error) => log.warn({ err: error, jobId: id }, 'proof not stored yet'),
      });
      await job.drop();
      this.offer(await api.reportProvingJobSuccess(id, uri, this.#filter));
      log.info({ jobId: id, circuit: job.record.circuit, provingMs: Math.round(provingMs) }, 'job proven');
      return true;
    } catch (error) {
      await job.drop();
      // The broker took the call but not the proof; with the error it has the reason where an operator reads it.
      if (error instanceof BrokerCallRefusedError || error instanceof BrokerRequestRefusedError) {
        log.error({ err: error, jobId: id }, 'proof not taken by the broker');
        await this.#reportError(job, `its proof was not taken: ${errorText(error)}`);
        return false;
      }
      throw error;
    }
  }

  /** @returns whether the broker took it back: an older broker of Coppice does not know how, and neither does Aztec's */
  async #giveBack(id: WireJobId, startedAtMs: number): Promise<boolean> {
    try {
      await this.#deps.returnJob(id, startedAtMs);
      return true;
    } catch (error) {
      this.#deps.log.debug({ err: error, jobId: id }, 'job not taken back');
      return false;
    }
  }

  async #reportError(job: BrokerJob, message: string): Promise<void> {
    this.offer(await this.#deps.api.reportProvingJobError(job.wire.id, message, true, this.#filter));
  }

  get #filter(): WireJobFilter {
    const { filter } = this.#options;
    return this.#deps.drain.hasBegun() ? { ...filter, allowNewJobs: false } : filter;
  }
}
