import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import { AgentUnfitError, ProvingAttemptError } from '../errors.ts';
import type { FamilyReference } from '../families/prover-family.ts';
import { ProverAnswer, type ProverRequest } from './prover-messages.ts';

export interface ProverProcessOptions {
  readonly families: readonly FamilyReference[];
  /** What the agent is to prove: the machine is checked for these. */
  readonly circuits: readonly CircuitName[];
  /** Added to the agent's own environment, such as `HARDWARE_CONCURRENCY`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How long the families may take to load. @default 120 */
  readonly openSeconds?: number;
}

export interface FreshProof {
  readonly proof: Uint8Array;
  /** Wall time of the prover alone. */
  readonly provingMs: number;
}

/** Lines of the prover's stderr that are kept to explain its end. */
const LAST_WORDS = 5;

/** A prover needs none, so that nothing it runs or writes can give one away. */
const CREDENTIAL = /KEY|MNEMONIC|SECRET|PASSWORD|TOKEN/i;

/** V8 aborts with this when its heap is full, whatever memory the machine still has. */
const HEAP_IS_FULL = 'JavaScript heap out of memory';

/**
 * One child process that proves, and can really be stopped: it leads a process group of its own, so that killing it takes
 * every `bb` it started along. It answers one request at a time, and ends by itself when its parent goes.
 */
export class ProverProcess {
  readonly #child: ChildProcess;
  readonly #log: Logger;
  readonly #closed: Promise<void>;
  readonly #lastWords: string[] = [];
  #asked: { resolve: (answer: ProverAnswer) => void; reject: (error: Error) => void } | undefined;
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
    this.#child.on('message', (message) => this.#onAnswer(message));
    this.#child.on('error', (error) => this.#log.warn({ err: error }, 'prover process error'));
    // What it started may outlive it, and would keep its pipes open.
    this.#child.on('exit', () => this.#killGroup());
    this.#closed = new Promise((resolve) => {
      this.#child.once('close', () => {
        this.#hasClosed = true;
        this.#asked?.reject(this.#explainExit());
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
   * Starts a prover and waits until it has loaded its families and, with `check`, looked at the machine.
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
      const answer = await prover.#ask({ kind: 'open', families, circuits: [...circuits], check });
      if (answer.kind === 'unfit') throw new AgentUnfitError(answer.problems);
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
    return this.#child.exitCode === null && this.#child.signalCode === null && !this.#isKilled;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @throws {ProvingAttemptError} if there is no proof, with the cause to count; also when the process ends meanwhile. */
  async prove(circuit: CircuitName, inputs: Uint8Array): Promise<FreshProof> {
    const answer = await this.#ask({ kind: 'prove', requestId: ++this.#requests, circuit, inputs });
    if (answer.kind === 'proven') return answer;
    if (answer.kind === 'failed') throw new ProvingAttemptError(answer.cause, answer.message);
    throw new Error(`the prover answered ${answer.kind} to prove`);
  }

  /** Hands over the inputs of the next proof, for what can be done beside the one under way. */
  prepare(circuit: CircuitName, inputs: Uint8Array): void {
    if (this.#child.connected)
      this.#child.send({ kind: 'prepare', circuit, inputs } satisfies ProverRequest, () => undefined);
  }

  /** Says why `proof` is not a stored proof of `circuit`; `undefined` when it is one. */
  async checkProof(circuit: CircuitName, proof: Uint8Array): Promise<string | undefined> {
    const answer = await this.#ask({ kind: 'check-proof', requestId: ++this.#requests, circuit, proof });
    if (answer.kind !== 'checked') throw new Error(`the prover answered ${answer.kind} to check-proof`);
    return answer.problem;
  }

  /** Ends the process and all that it started, at once, and waits until it has gone. */
  async kill(): Promise<void> {
    this.#isKilled = true;
    this.#child.kill('SIGKILL');
    this.#killGroup();
    await this.#closed;
  }

  #ask(request: ProverRequest): Promise<ProverAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#hasClosed) {
        reject(this.#explainExit());
        return;
      }
      this.#asked = { resolve, reject };
      // A prover that ends while it is written to is told by its exit, which says more than the failed write.
      if (this.#child.connected) this.#child.send(request, () => undefined);
    });
  }

  #onAnswer(message: unknown): void {
    const asked = this.#asked;
    this.#asked = undefined;
    const answer = ProverAnswer.safeParse(message);
    if (answer.success) asked?.resolve(answer.data);
    else
      asked?.reject(
        new ProvingAttemptError('failure', 'the prover answered what is no answer', { cause: answer.error }),
      );
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
    return new ProvingAttemptError('failure', `the prover ${how}${words}`);
  }

  #follow(stream: Readable | null, onLine: (line: string) => void): void {
    if (stream === null) return;
    createInterface({ input: stream }).on('line', (line) => {
      onLine(line);
      this.#log.debug({ proverPid: this.#child.pid, line }, 'prover output');
    });
  }

  #killGroup(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function withoutCredentials(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !CREDENTIAL.test(name)));
}
