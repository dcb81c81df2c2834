import { NUMBER_OF_L1_L2_MESSAGES_PER_ROLLUP, RECURSIVE_PROOF_LENGTH } from '@aztec/constants';
import { EpochNumber } from '@aztec/foundation/branded-types';
import { Fr } from '@aztec/foundation/curves/bn254';
import { createProvingJobBrokerClient, InlineProofStore, ProvingAgent } from '@aztec/prover-client/broker';
import {
  makeProvingJobId,
  makePublicInputsAndRecursiveProof,
  type ProofUri,
  type ProvingJobBroker,
  type ServerCircuitProver,
} from '@aztec/stdlib/interfaces/server';
import { ParityBasePrivateInputs, ParityPublicInputs } from '@aztec/stdlib/parity';
import { makeEmptyRecursiveProof, ProvingRequestType } from '@aztec/stdlib/proofs';
import { VerificationKeyData } from '@aztec/stdlib/vks';
import { makeTracedFetch } from '@aztec/telemetry-client';

import { type BrokerOptions, runBroker, type RunBrokerDeps } from '../../containers/broker/run-broker.ts';
import { makeLineId } from '../../shared/proving-job/epoch-id.ts';
import { ProvingJobId, sha256Of } from '../../shared/proving-job/proving-job-id.ts';
import { createLogger } from '../../shared/telemetry/logger.ts';
import { NO_METRICS } from '../../shared/telemetry/open-metrics.ts';
import type { EngineHarness } from './engine-harness.ts';

/** Of the jobs of these suites. */
export const TYPE = ProvingRequestType.PARITY_BASE;
export const LINE = { networkVersion: '4.1.2', rollup: makeLineId('4.1.2') };
export const store = new InlineProofStore();

export interface RunningBroker {
  readonly url: string;
  readonly logged: () => string;
  stop(): Promise<void>;
}

/** A broker in this process, on a free port. */
export async function startTestBroker(
  { engine, leaseSeconds, nowMs }: Pick<EngineHarness, 'engine' | 'leaseSeconds' | 'nowMs'>,
  options: Partial<BrokerOptions> = {},
  deps: Pick<RunBrokerDeps, 'scrape'> = {},
): Promise<RunningBroker> {
  const lines: string[] = [];
  const stopped = new AbortController();
  const listening = Promise.withResolvers<number>();
  const run = runBroker(
    {
      line: LINE,
      host: '127.0.0.1',
      port: 0,
      networks: [],
      maxBodyBytes: 64 * 2 ** 20,
      maxCalls: 100,
      maxAnswerBytes: 64 * 2 ** 20,
      maxConnections: 200,
      clientTimeoutMs: 60_000,
      holdMs: 5_000,
      claimSeconds: 1,
      leaseSeconds,
      sweep: undefined,
      drainMs: 1_000,
      ...options,
    },
    {
      engine,
      metrics: NO_METRICS,
      log: createLogger('broker', { logLevel: 'trace', format: 'json', write: (line: string) => lines.push(line) }),
      signal: stopped.signal,
      nowMs,
      onListening: listening.resolve,
      ...deps,
    },
  );
  run.catch(listening.reject);
  const port = await listening.promise;
  return {
    url: `http://127.0.0.1:${port}`,
    logged: () => lines.join(''),
    stop: async () => {
      stopped.abort();
      await run;
    },
  };
}

/** Aztec's client. @param retries the pauses between its tries, in seconds */
export function clientOf(url: string, retries: number[] = []): ProvingJobBroker {
  return createProvingJobBrokerClient(url, {}, makeTracedFetch(retries, true));
}

let nextInputs = 0;

export function newInputs(): ParityBasePrivateInputs {
  const messages = Array.from({ length: NUMBER_OF_L1_L2_MESSAGES_PER_ROLLUP }, () => new Fr(++nextInputs));
  return ParityBasePrivateInputs.fromSlice(messages, 0, Fr.ZERO);
}

/** A job of an official node of 4.1.2, with inputs like no other's. */
export async function aJob(
  epoch = 7,
): Promise<Parameters<ProvingJobBroker['enqueueProvingJob']>[0] & { bytes: Buffer }> {
  const inputs = newInputs();
  const bytes = inputs.toBuffer();
  const epochNumber = EpochNumber(epoch);
  const id = makeProvingJobId(epochNumber, TYPE, sha256Of(bytes));
  return { id, type: TYPE, epochNumber, inputsUri: await store.saveProofInput(id, TYPE, inputs), bytes };
}

export function aProof(text: string): ProofUri {
  return `data:application/json;charset=utf-8,${encodeURIComponent(JSON.stringify({ type: TYPE, result: text }))}` as ProofUri;
}

/** A call as an official client sends it, with any parameters. */
export async function raw(url: string, method: string, params: unknown[], signal?: AbortSignal): Promise<Response> {
  const body = JSON.stringify([{ jsonrpc: '2.0', id: 1, method: `proverBroker_${method}`, params }]);
  return fetch(url, { method: 'POST', body, ...(signal && { signal }) });
}

/** What a call resolved to: its result, or its error. */
export async function resultOf(response: Promise<Response>): Promise<unknown> {
  const [answer] = (await (await response).json()) as [{ result?: unknown; error?: unknown }];
  return answer.error ?? answer.result;
}

export function jobIdOf(wireId: string): ProvingJobId {
  return ProvingJobId.parse(`${LINE.rollup}:${wireId}`);
}

/** What the broker says of itself. */
export async function statusOf(url: string): Promise<{ readonly agentsWaiting: number }> {
  return (await (await fetch(`${url}/status`)).json()) as { readonly agentsWaiting: number };
}

/** What an official node asks its proofs of. */
export interface OfficialFacade {
  start(): void;
  stop(): Promise<void>;
  getBaseParityProof(
    inputs: ParityBasePrivateInputs,
    signal: AbortSignal | undefined,
    epoch: EpochNumber,
  ): Promise<{ readonly inputs: unknown }>;
}

/** @param pollMs how often it asks the broker what is new */
export async function newFacade(node: ProvingJobBroker, pollMs = 100): Promise<OfficialFacade> {
  const file = '../../node_modules/@aztec/prover-client/dest/proving_broker/broker_prover_facade.js';
  const { BrokerCircuitProverFacade } = (await import(new URL(file, import.meta.url).href)) as {
    BrokerCircuitProverFacade: new (...parts: unknown[]) => OfficialFacade;
  };
  return new BrokerCircuitProverFacade(node, store, undefined, pollMs);
}

export const PUBLIC_INPUTS = new ParityPublicInputs(new Fr(1), new Fr(2), new Fr(3));

/** Aztec's agent, with a prover that returns {@link PUBLIC_INPUTS} for every job. */
export function newOfficialAgent(
  agent: ProvingJobBroker,
  { pollMs = 100, onProving = async () => undefined }: OfficialAgentOptions = {},
): ProvingAgent {
  const proof = makePublicInputsAndRecursiveProof(
    PUBLIC_INPUTS,
    makeEmptyRecursiveProof(RECURSIVE_PROOF_LENGTH),
    VerificationKeyData.makeFakeHonk(),
  );
  const prover = {
    getBaseParityProof: async () => {
      await onProving();
      return proof;
    },
  } as unknown as ServerCircuitProver;
  return new ProvingAgent(agent, store, prover, [], pollMs);
}

interface OfficialAgentOptions {
  readonly pollMs?: number;
  /** Awaited before each proof. */
  readonly onProving?: () => Promise<void>;
}
