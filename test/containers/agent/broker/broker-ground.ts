import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createNamespacedSafeJsonRpcServer, makeHandler, startHttpRpcServer } from '@aztec/foundation/json-rpc/server';
import { InMemoryBrokerDatabase, ProvingBroker, ProvingJobBrokerSchema } from '@aztec/prover-client/broker';
import type { ProvingJobBroker } from '@aztec/stdlib/interfaces/server';
import { pino } from 'pino';

import type { BrokerAgentOptions } from '../../../../containers/agent/broker/broker-agent-options.ts';
import { runBrokerAgent } from '../../../../containers/agent/broker/run-broker-agent.ts';
import { BrokerClient } from '../../../../shared/broker-api/broker-client.ts';
import type { WireJobId } from '../../../../shared/broker-api/wire-job-id.ts';
import { WireJob, type WireStatus } from '../../../../shared/broker-api/wire-types.ts';
import { AgentId } from '../../../../shared/ledger/job-ledger.ts';
import { sha256Of } from '../../../../shared/proving-job/proving-job-id.ts';
import { TEST_FAMILY_MODULE, until } from '../../../fixtures/test-fleet.ts';
import type { TestInputs } from '../../../fixtures/test-family.ts';

export const PARITY_BASE = 16;

/** Brokers, agents of theirs and a client in place of a node, which all end with `close`. */
export class BrokerGround {
  readonly directory: string;
  readonly logged: string[] = [];
  readonly #end = new AbortController();
  readonly #ends: (() => Promise<unknown> | undefined)[] = [];
  #salts = 0;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async open(): Promise<BrokerGround> {
    return new BrokerGround(await mkdtemp(join(tmpdir(), 'coppice-broker-agent-')));
  }

  async close(): Promise<void> {
    for (const end of this.#ends.toReversed()) await end();
    this.#end.abort();
    await rm(this.directory, { recursive: true, force: true });
  }

  marker(name: string): string {
    return join(this.directory, `marker-${name}`);
  }

  /** Aztec's own broker in this process. @param change overrides some of its methods, as a test needs */
  async startBroker({
    change = () => ({}),
    headers = {},
    port = 0,
    jobTimeoutMs = 30_000,
  }: {
    readonly change?: (broker: ProvingJobBroker) => Partial<ProvingJobBroker>;
    readonly headers?: Record<string, string>;
    readonly port?: number;
    readonly jobTimeoutMs?: number;
  } = {}): Promise<string> {
    const broker = new ProvingBroker(new InMemoryBrokerDatabase(), {
      proverBrokerJobTimeoutMs: jobTimeoutMs,
      proverBrokerPollIntervalMs: 50,
      proverBrokerJobMaxRetries: 3,
      proverBrokerMaxEpochsToKeepResultsFor: 1,
      proverBrokerDebugReplayEnabled: false,
    });
    await broker.start();
    const changes = change(broker);
    const handler = new Proxy(broker, {
      get(target, name) {
        const own: unknown = Reflect.get(changes, name) ?? Reflect.get(target, name, target);
        return typeof own === 'function' ? (own.bind(target) as unknown) : own;
      },
    });
    const setHeaders = async (
      context: { set(values: Record<string, string>): void },
      next: () => Promise<void>,
    ): Promise<void> => {
      await next();
      context.set(headers);
    };
    const server = await startHttpRpcServer(
      createNamespacedSafeJsonRpcServer(
        { proverBroker: makeHandler<ProvingJobBroker>(handler, ProvingJobBrokerSchema) },
        { middlewares: [setHeaders], maxBodySizeBytes: '10mb' },
      ),
      { host: '127.0.0.1', port },
    );
    this.#ends.push(async () => {
      server.closeAllConnections();
      server.close();
      await broker.stop();
    });
    return `http://127.0.0.1:${server.port}`;
  }

  /** Aztec's own broker in a separate process. */
  async startBrokerProcess(port = 0): Promise<{ readonly url: string; readonly port: number; kill(): Promise<void> }> {
    const dataDirectory = join(this.directory, 'aztec-broker');
    await mkdir(dataDirectory, { recursive: true });
    const child = this.#fork('aztec-broker.ts', [dataDirectory, String(port)]);
    const [listening] = (await once(child, 'message')) as [number];
    return { url: `http://127.0.0.1:${listening}`, port: listening, kill: () => kill(child) };
  }

  client(url: string): BrokerClient {
    return new BrokerClient({ url, signal: this.#end.signal, backoff: { firstMs: 20, longestMs: 200 } });
  }

  /** Enqueues a job for the test family, as a node with an inline proof store does. */
  async enqueue(url: string, inputs: TestInputs, circuit = 'PARITY_BASE', type = PARITY_BASE): Promise<WireJobId> {
    const json = JSON.stringify({ salt: `${++this.#salts}`, ...inputs });
    const job = WireJob.parse({
      id: `7:${circuit}:${sha256Of(Buffer.from(json))}`,
      type,
      epochNumber: 7,
      inputsUri: `data:application/json;charset=utf-8,${encodeURIComponent(`{"type":${type},"inputs":${json}}`)}`,
    });
    await this.client(url).enqueueProvingJob(job);
    return job.id;
  }

  async untilSettled(url: string, id: WireJobId): Promise<WireStatus> {
    const client = this.client(url);
    const isSettled = ({ status }: WireStatus): boolean => status === 'fulfilled' || status === 'rejected';
    return until(() => client.getProvingJobStatus(id), isSettled);
  }

  agentOptions(url: string, change: Partial<BrokerAgentOptions> = {}): BrokerAgentOptions {
    return {
      agentId: AgentId.parse('broker-agent'),
      pools: ['large', 'medium', 'small'],
      networkVersion: '4.1.2',
      families: [{ name: 'aztec', module: TEST_FAMILY_MODULE, options: {} }],
      drainSeconds: 5,
      broker: { url, pollMs: 20 },
      ...change,
    };
  }

  startAgent(
    url: string,
    change: Partial<BrokerAgentOptions> = {},
  ): { readonly ended: Promise<void>; stop(): Promise<void> } {
    const stop = new AbortController();
    const log = pino({ level: 'debug' }, { write: (line: string) => void this.logged.push(line) });
    const ended = runBrokerAgent(this.agentOptions(url, change), { log, signal: stop.signal, nowMs: Date.now });
    ended.catch(() => undefined);
    const end = async (): Promise<void> => {
      stop.abort();
      await ended;
    };
    this.#ends.push(() => end().catch(() => undefined));
    return { ended, stop: end };
  }

  startAgentProcess(url: string): { kill(): Promise<void> } {
    const child = this.#fork('broker-agent.ts', [JSON.stringify(this.agentOptions(url))]);
    return { kill: () => kill(child) };
  }

  #fork(program: string, args: readonly string[]): ChildProcess {
    const child = fork(new URL(`./processes/${program}`, import.meta.url), args, {
      execArgv: [],
      stdio: ['ignore', 'ignore', process.env['TEST_LOG_LEVEL'] === undefined ? 'ignore' : 'inherit', 'ipc'],
    });
    this.#ends.push(() => kill(child));
    return child;
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** What an inline proof holds. */
export function contentOf(status: WireStatus): unknown {
  if (status.status !== 'fulfilled') throw new Error(`not proven: ${JSON.stringify(status)}`);
  return JSON.parse(decodeURIComponent(status.value.slice(status.value.indexOf(',') + 1)));
}
