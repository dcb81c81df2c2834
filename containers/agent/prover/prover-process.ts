import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { CircuitName, NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';
import { isRunning, killGroup } from '../../processes/process-group.ts';
import { AgentUnfitError, ProvingAttemptError } from '../errors.ts';
import { isOutOfMemory } from '../families/out-of-memory.ts';
import type { FamilyReference } from '../families/prover-family.ts';
import { type ProverRequest, ProverResponse } from './prover-messages.ts';

export interface ProverProcessOptions {
  readonly families: readonly FamilyReference[];
  /** The circuits that the agent is to prove: the machine is checked for these. */
  readonly circuits: readonly NativeCircuit[];
  /** Added to the agent's environment, such as `HARDWARE_CONCURRENCY`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How long the families may take to load. @default 120 */
  readonly openSeconds?: number;
}

export interface FreshProof {
  readonly proof: Uint8Array;
  /** Wall time of the prover, without transfers. */
  readonly provingMs: number;
}

/** Lines of the prover's stderr that are kept to explain its end. */
const LAST_WORDS = 5;

/** Variables that are kept from the prover, which needs no credentials, so that nothing it runs can leak one. */
const CREDENTIAL = /KEY|MNEMONIC|SECRET|PASSWORD|TOKEN/i;

/** V8 aborts with this when its heap is full, however much memory the machine has left. */
const HEAP_IS_FULL = 'JavaScript heap out of memory';

/**
 * One child process that proves, and can really be stopped: it leads its own process group, so that killing it also kills
 * every `bb` it started. It handles one request at a time, and ends by itself when its parent ends.
 */
export class ProverProcess {
  readonly #child: ChildProcess;
  readonly #log: Logger;
  readonly #closed: Promise<void>;
  readonly #lastWords: string[] = [];
  #pending: { resolve: (response: ProverResponse) => void; reject: (error: Error) => void } | undefined;
  #isKilled = false;
  #isHeapFull = false;
  #hasClosed = false;
  #requests = 0;

  private constructor(environment: Readonly<Record<string, string>>, log: Logger) {
    this.#log = log;
    this.#child = fork(new URL('./prover-main.ts', import.meta.url), {
      execArgv: [],
      env: { ...withoutCredentials(process.env), ...environment },
      detached: true,
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child.on('message', (message) => this.#onResponse(message));
    this.#child.on('error', (error) => this.#log.warn({ err: error }, 'prover process error'));
    // What it started may outlive it, and would keep its pipes open.
    this.#child.on('exit', () => killGroup(this.#child));
    this.#closed = new Promise((resolve) => {
      this.#child.once('close', () => {
        this.#hasClosed = true;
        this.#pending?.reject(this.#explainExit());
        resolve();
      });
    });
    this.#follow(this.#child.stdout, () => undefined);
    this.#follow(this.#child.stderr, (line) => {
      this.#isHeapFull ||= line.includes(HEAP_IS_FULL);
      this.#lastWords.push(line);
      if (this.#lastWords.length > LAST_WORDS) this.#lastWords.shift();
    });
  }

  /**
   * Starts a prover and waits until it has loaded its families and, with `check`, checked the machine.
   * @throws {AgentUnfitError} if a family cannot work here.
   */
  static async open(
    options: ProverProcessOptions,
    log: Logger,
    { check, signal }: { readonly check: boolean; readonly signal?: AbortSignal },
  ): Promise<ProverProcess> {
    const prover = new ProverProcess(options.environment ?? {}, log);
    const { circuits, openSeconds = 120 } = options;
    const families = options.families.map(({ name, module, options: own }) => ({ name, module, options: own }));
    const onAbort = (): void => void prover.kill();
    const timer = setTimeout(onAbort, openSeconds * 1000);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const response = await prover.#ask({ kind: 'open', families, circuits: [...circuits], check });
      if (response.kind === 'unfit') throw new AgentUnfitError(response.problems);
      return prover;
    } catch (error) {
      await prover.kill();
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  get isAlive(): boolean {
    return isRunning(this.#child) && !this.#isKilled;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @throws {ProvingAttemptError} if the proof fails, with the cause to count; also when the process ends meanwhile. */
  async prove(circuit: CircuitName, inputs: Uint8Array): Promise<FreshProof> {
    const response = await this.#ask({ kind: 'prove', requestId: ++this.#requests, circuit, inputs });
    if (response.kind === 'proven') return response;
    if (response.kind === 'failed') throw new ProvingAttemptError(response.cause, response.message);
    throw new Error(`unexpected response from the prover: ${response.kind} to prove`);
  }

  /** Hands over the inputs of the next proof, for work that can be done during the current one. */
  prepare(circuit: CircuitName, inputs: Uint8Array): void {
    if (this.#child.connected)
      this.#child.send({ kind: 'prepare', circuit, inputs } satisfies ProverRequest, () => undefined);
  }

  /** Says why `proof` is not a stored proof of `circuit`; `undefined` when it is one. */
  async checkProof(circuit: CircuitName, proof: Uint8Array): Promise<string | undefined> {
    const response = await this.#ask({ kind: 'check-proof', requestId: ++this.#requests, circuit, proof });
    if (response.kind !== 'checked') {
      throw new Error(`unexpected response from the prover: ${response.kind} to check-proof`);
    }
    return response.problem;
  }

  /** Kills the process and all that it started, and waits until it has ended. */
  async kill(): Promise<void> {
    this.#isKilled = true;
    this.#child.kill('SIGKILL');
    killGroup(this.#child);
    await this.#closed;
  }

  #ask(request: ProverRequest): Promise<ProverResponse> {
    return new Promise((resolve, reject) => {
      if (this.#hasClosed) {
        reject(this.#explainExit());
        return;
      }
      this.#pending = { resolve, reject };
      // When the prover ends during the write, its exit says more than the failed write.
      if (this.#child.connected) this.#child.send(request, () => undefined);
    });
  }

  #onResponse(message: unknown): void {
    const pending = this.#pending;
    this.#pending = undefined;
    const { success, data, error } = ProverResponse.safeParse(message);
    if (success) pending?.resolve(data);
    else pending?.reject(new ProvingAttemptError('failure', 'invalid response from the prover', { cause: error }));
  }

  #explainExit(): ProvingAttemptError {
    const { exitCode, signalCode } = this.#child;
    const words = this.#lastWords.length === 0 ? '' : `; its last words: ${this.#lastWords.join(' | ')}`;
    if (this.#isHeapFull) {
      return new ProvingAttemptError('out-of-memory', `the prover filled its heap: ${HEAP_IS_FULL}`);
    }
    if (signalCode === 'SIGKILL' && !this.#isKilled) {
      return new ProvingAttemptError(
        'out-of-memory',
        `the prover was ended by SIGKILL, as the system does when memory runs out${words}`,
      );
    }
    const how = signalCode === null ? `exited with code ${exitCode ?? -1}` : `was ended by ${signalCode}`;
    const isMemory = !this.#isKilled && isOutOfMemory({ exitCode, signal: signalCode, output: words });
    return new ProvingAttemptError(isMemory ? 'out-of-memory' : 'failure', `the prover ${how}${words}`);
  }

  #follow(stream: Readable | null, onLine: (line: string) => void): void {
    if (stream === null) return;
    createInterface({ input: stream }).on('line', (line) => {
      onLine(line);
      this.#log.debug({ proverPid: this.#child.pid, line }, 'prover output');
    });
  }
}

function withoutCredentials(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !CREDENTIAL.test(name)));
}
