import type { BrokerLine } from '../../../containers/broker/broker-deps.ts';
import { ProverBroker, type ProverBrokerOptions } from '../../../containers/broker/prover-broker.ts';
import { AnswerRoom } from '../../../containers/broker/transport/answer-room.ts';
import type { CallContext } from '../../../containers/broker/transport/json-rpc.ts';
import type { BrokerMethod } from '../../../shared/broker-api/broker-methods.ts';
import type { WireLease } from '../../../shared/broker-api/wire-types.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { makeLineId } from '../../../shared/proving-job/epoch-id.ts';
import { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import type { EmbeddedHarness } from '../../contract/embedded-harness.ts';
import { type V6Circuit, v6Job, v6Payload } from '../../fixtures/v6-wire.ts';

export const LINE = { networkVersion: '6.0.0', rollup: makeLineId('6.0.0') };
const ALL = { allowList: [] };

/** An agent at its own address, as the broker sees it. */
export interface LocalAgent {
  /** Waits for a job. @param allowList the circuits' numbers; none for all */
  ask(allowList?: readonly number[], signal?: AbortSignal): Promise<WireLease | undefined>;
  succeed(lease: WireLease, filter?: object): Promise<WireLease | undefined>;
  fail(lease: WireLease, filter?: object): Promise<WireLease | undefined>;
  progress(lease: WireLease, filter?: object): Promise<WireLease | undefined>;
  /** As an agent of Coppice does when it is stopped. */
  giveBack(lease: WireLease): Promise<void>;
}

interface LocalBrokerOptions {
  readonly line: BrokerLine;
  readonly room: AnswerRoom;
}

/** A broker in this process, without HTTP. */
export class LocalBroker {
  readonly broker: ProverBroker;
  readonly #end = new AbortController();
  readonly #running: Promise<void>;
  #jobs = 0;

  /** @param options the line is of 6.0.0 by default */
  constructor(
    harness: Pick<EmbeddedHarness, 'engine' | 'leaseSeconds' | 'nowMs'>,
    engine: Engine = harness.engine,
    { line = LINE, room, ...options }: Partial<ProverBrokerOptions & LocalBrokerOptions> = {},
  ) {
    this.broker = new ProverBroker(
      { holdMs: 60_000, glanceMs: 10, claimSeconds: 20, keepMs: 3_600_000, ...options },
      {
        engine,
        line,
        leaseSeconds: harness.leaseSeconds,
        log: createLogger('broker', { logLevel: 'silent' }),
        nowMs: () => harness.nowMs(),
        steadyMs: () => performance.now(),
        deadlineAtMs: async () => undefined,
        ...(room !== undefined && { room }),
      },
    );
    this.#running = this.broker.run(this.#end.signal);
  }

  agent(address: string): LocalAgent {
    const call = async (method: BrokerMethod, params: readonly unknown[], signal?: AbortSignal) =>
      (await this.call(address, method, params, signal)) as WireLease | undefined;
    return {
      ask: (allowList = [], signal) => call('getProvingJob', [{ allowList }], signal),
      succeed: ({ job }, filter = ALL) =>
        call('reportProvingJobSuccess', [job.id, v6Payload(circuitOf(job.id), 'result', job.id), filter]),
      fail: ({ job }, filter = ALL) => call('reportProvingJobError', [job.id, 'it crashed', true, filter]),
      progress: ({ job, time }, filter = ALL) => call('reportProvingJobProgress', [job.id, time, filter]),
      giveBack: async ({ job, time }) => {
        await call('returnProvingJob', [job.id, time]);
      },
    };
  }

  /** Enqueues a new job. @returns its id on the wire */
  async enqueue(circuit: V6Circuit = 'TX_MERGE_ROLLUP', epoch = 7): Promise<string> {
    const job = v6Job(epoch, circuit, `inputs ${++this.#jobs}`);
    await this.call('node', 'enqueueProvingJob', [job]);
    return job.id;
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  /** A call of a client, with any parameters. */
  async call(
    client: string,
    method: BrokerMethod,
    params: readonly unknown[],
    signal = this.#end.signal,
  ): Promise<unknown> {
    return this.broker.methods.get(`proverBroker_${method}`)!(params, aCallContext(client, signal));
  }
}

/** Of a call that came alone, and whose answer arrives. @param room where its payloads are counted, and stay */
export function aCallContext(client: string, signal: AbortSignal, room = roomOf(Infinity)): CallContext {
  const { share } = room.open(client, signal);
  return { client, isAlone: true, signal, onUndelivered: () => undefined, answer: share };
}

export function roomOf(bytes: number, bytesPerClient = bytes): AnswerRoom {
  return new AnswerRoom({ bytes, bytesPerClient, patienceMs: 600_000 });
}

export async function recordOf(engine: Engine, id: string): Promise<JobRecord> {
  return (await engine.jobs.find(ProvingJobId.parse(`${LINE.rollup}:${id}`)))!;
}

/** The engine with one of its ports watched: `onCall` hears of each call of the method. */
export function watched<Port extends 'queue' | 'proofs'>(
  engine: Engine,
  port: Port,
  method: keyof Engine[Port],
  onCall: (...parameters: never[]) => void,
): Engine {
  const target = engine[port];
  const proxy = new Proxy(target, {
    get: (_target, name) => {
      const own: unknown = Reflect.get(target, name, target);
      if (typeof own !== 'function') return own;
      return (...parameters: never[]): unknown => {
        if (name === method) onCall(...parameters);
        return own.apply(target, parameters) as unknown;
      };
    },
  });
  return { ...engine, [port]: proxy };
}

function circuitOf(id: string): V6Circuit {
  return id.split(':')[1] as V6Circuit;
}
