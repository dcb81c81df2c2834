import type { BrokerLine } from '../../../containers/broker/broker-deps.ts';
import { ProverBroker } from '../../../containers/broker/prover-broker.ts';
import type { CallContext } from '../../../containers/broker/transport/json-rpc.ts';
import { packInputs, packProof } from '../../../shared/broker-api/inline-payload.ts';
import type { WireJobId } from '../../../shared/broker-api/wire-job-id.ts';
import type { WireLease } from '../../../shared/broker-api/wire-types.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { makeLineId } from '../../../shared/proving-job/epoch-id.ts';
import { ProvingJobId, sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import type { EmbeddedHarness } from '../../contract/embedded-harness.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';

export const TYPE = 11;

/** A broker without its transport, for its clients' calls. */
export class ABroker {
  readonly #broker: ProverBroker;
  readonly #engine: Engine;
  readonly #line: BrokerLine;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #jobs = 0;

  constructor(harness: Pick<EmbeddedHarness, 'engine' | 'leaseSeconds' | 'nowMs'>, networkVersion = '6.0.0') {
    this.#line = { networkVersion, rollup: makeLineId(networkVersion) };
    const { engine, leaseSeconds } = harness;
    this.#engine = engine;
    this.#broker = new ProverBroker(
      { holdMs: 20, glanceMs: 20, claimSeconds: 1 },
      {
        engine,
        line: this.#line,
        leaseSeconds,
        log: createLogger('broker', { logLevel: 'silent' }),
        nowMs: () => harness.nowMs(),
        steadyMs: () => performance.now(),
        deadlineAtMs: async () => undefined,
      },
    );
    this.#running = this.#broker.run(this.#stop.signal);
  }

  /** Before its engine. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async call(client: string, method: string, params: readonly unknown[]): Promise<unknown> {
    const context: CallContext = {
      client,
      isAlone: true,
      signal: new AbortController().signal,
      onUndelivered: () => undefined,
    };
    return this.#broker.methods.get(`proverBroker_${method}`)!(params, context);
  }

  /** Enqueues a job like no other. */
  async enqueue(): Promise<WireJobId> {
    const inputs = Buffer.from(`inputs ${(this.#jobs += 1)}`);
    const id = `7:PARITY_BASE:${sha256Of(inputs)}` as WireJobId;
    const job = { id, type: TYPE, epochNumber: 7, inputsUri: packInputs(inputs, TYPE) };
    await this.call('node', 'enqueueProvingJob', [job]);
    return id;
  }

  async take(client: string): Promise<WireLease> {
    return (await this.call(client, 'getProvingJob', [{ allowList: [] }])) as WireLease;
  }

  async record(id: WireJobId): Promise<JobRecord> {
    return (await this.#engine.jobs.find(ProvingJobId.parse(`${this.#line.rollup}:${id}`)))!;
  }
}

/** What agents report as a proof. */
export function aProof(proof: unknown): string {
  return packProof(Buffer.from(JSON.stringify(proof)));
}
