import { z } from 'zod';

import type { Backoff } from '../retry/backoff.ts';
import { keepTrying } from '../retry/keep-trying.ts';
import { BROKER_NAMESPACE, type BrokerMethod, optional } from './broker-methods.ts';
import { assertSameVersions, type ComponentVersions, componentVersionsOf } from './component-versions.ts';
import { BrokerAnswerError, BrokerCallRefusedError, BrokerOutOfReachError } from './errors.ts';
import { postJson } from './post-json.ts';
import type { JobReturnApi, ProvingBrokerApi } from './proving-broker-api.ts';
import { WireJobId } from './wire-job-id.ts';
import { type ProofUri, type WireJob, type WireJobFilter, WireLease, WireStatus } from './wire-types.ts';

export interface BrokerClientOptions {
  /** The broker's URL. Its path is kept. */
  readonly url: string;
  /** Ends every call under way, and the tries after it. */
  readonly signal: AbortSignal;
  /** Compared with what the broker's answers say, if they say anything. @default nothing is compared */
  readonly versions?: ComponentVersions;
  /** How long one try may take, in milliseconds. @default 60,000 */
  readonly timeoutMs?: number;
  /** @default 250 ms, doubling up to 10 s, a quarter of it random */
  readonly backoff?: Backoff;
  /** Called after each failure that is tried again. */
  readonly onOutage?: (error: unknown, failures: number, pauseMs: number) => void;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_BACKOFF: Backoff = { firstMs: 250, longestMs: 10_000, jitter: 0.25 };

const NEXT_JOB = optional(WireLease);

const Answer = z.tuple([
  z.union([
    z.object({ id: z.number(), error: z.object({ code: z.number(), message: z.string().catch('no reason given') }) }),
    // A server may leave out the result of a call that returns nothing.
    z.object({ id: z.number(), result: z.unknown().optional() }),
  ]),
]);

/**
 * A broker over JSON-RPC and HTTP, of any version. A call waits out an outage, however long; payloads are never logged.
 *
 * Every method throws
 * - {@link BrokerOutOfReachError} once the signal has aborted during an outage,
 * - {@link BrokerCallRefusedError} when the broker refuses the call,
 * - {@link BrokerRequestRefusedError}, {@link BrokerAnswerError} when something else answers at the URL,
 * - {@link ComponentVersionError} when the broker is of another version.
 */
export class BrokerClient implements ProvingBrokerApi, JobReturnApi {
  readonly #options: BrokerClientOptions;
  #lastId = 0;

  constructor(options: BrokerClientOptions) {
    this.#options = options;
  }

  enqueueProvingJob(job: WireJob): Promise<WireStatus> {
    return this.#call('enqueueProvingJob', WireStatus, [job]);
  }

  getProvingJobStatus(id: WireJobId): Promise<WireStatus> {
    return this.#call('getProvingJobStatus', WireStatus, [id]);
  }

  async cancelProvingJob(id: WireJobId): Promise<void> {
    await this.#call('cancelProvingJob', z.unknown(), [id]);
  }

  getCompletedJobs(ids: readonly WireJobId[]): Promise<readonly WireJobId[]> {
    return this.#call('getCompletedJobs', z.array(WireJobId), [ids]);
  }

  getProvingJob(filter?: WireJobFilter): Promise<WireLease | undefined> {
    return this.#call('getProvingJob', NEXT_JOB, [filter]);
  }

  reportProvingJobProgress(id: WireJobId, startedAtMs: number, filter?: WireJobFilter): Promise<WireLease | undefined> {
    return this.#call('reportProvingJobProgress', NEXT_JOB, [id, startedAtMs, filter]);
  }

  reportProvingJobSuccess(id: WireJobId, proof: ProofUri, filter?: WireJobFilter): Promise<WireLease | undefined> {
    return this.#call('reportProvingJobSuccess', NEXT_JOB, [id, proof, filter]);
  }

  reportProvingJobError(
    id: WireJobId,
    message: string,
    retry?: boolean,
    filter?: WireJobFilter,
  ): Promise<WireLease | undefined> {
    return this.#call('reportProvingJobError', NEXT_JOB, [id, message, retry, filter]);
  }

  async returnProvingJob(id: WireJobId, startedAtMs: number): Promise<void> {
    await this.#call('returnProvingJob', z.unknown(), [id, startedAtMs]);
  }

  async #call<Result>(method: BrokerMethod, schema: z.ZodType<Result>, params: readonly unknown[]): Promise<Result> {
    const { url, signal, backoff = DEFAULT_BACKOFF, onOutage = () => undefined } = this.#options;
    const result = await keepTrying(() => this.#try(method, params), {
      signal,
      backoff,
      isFinal: (error) => !(error instanceof BrokerOutOfReachError),
      onError: onOutage,
    });
    const parsed = schema.safeParse(result);
    if (parsed.success) return parsed.data;
    throw new BrokerAnswerError(url, `${method}: ${z.prettifyError(parsed.error)}`);
  }

  async #try(method: BrokerMethod, params: readonly unknown[]): Promise<unknown> {
    const { url, signal, versions = {}, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    const id = ++this.#lastId;
    // A list of one, as Aztec's clients send it: a server answers a failed single call with HTTP 400.
    const calls = [{ jsonrpc: '2.0', id, method: `${BROKER_NAMESPACE}_${method}`, params }];
    const { body, headers } = await postJson(url, calls, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    assertSameVersions(url, versions, componentVersionsOf(headers));
    const { success, data } = Answer.safeParse(body);
    if (!success) throw new BrokerAnswerError(url, `${method}: a list of one JSON-RPC response was expected`);
    const [response] = data;
    if (response.id !== id) throw new BrokerAnswerError(url, `${method}: it answers another call`);
    if ('error' in response) throw new BrokerCallRefusedError(method, response.error.code, response.error.message);
    return response.result;
  }
}
