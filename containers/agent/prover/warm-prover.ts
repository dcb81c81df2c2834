import type { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import { type Backoff, backoffMs } from '../../../shared/retry/backoff.ts';
import { pause } from '../../../shared/retry/pause.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import { ProverGoneError, ProvingAbortedError, ProvingAttemptError } from '../errors.ts';
import { type FreshProof, ProverProcess, type ProverProcessOptions } from './prover-process.ts';

/** After this many failed starts in a row the agent gives up. */
const MAX_FAILED_STARTS = 5;
const BACKOFF: Backoff = { firstMs: 400 };

/**
 * Keeps one prover process for many jobs, since its modules take a second to load, and starts another when it has ended.
 */
export class WarmProver {
  readonly #options: ProverProcessOptions;
  readonly #log: Logger;
  #process: Promise<ProverProcess>;
  readonly #stopping = new AbortController();
  #failedStarts = 0;

  private constructor(options: ProverProcessOptions, log: Logger, process: ProverProcess) {
    this.#options = options;
    this.#log = log;
    this.#process = Promise.resolve(process);
  }

  /** @throws {AgentUnfitError} if the machine or its configuration cannot prove what the pools need. */
  static async start(options: ProverProcessOptions, log: Logger, signal: AbortSignal): Promise<WarmProver> {
    return new WarmProver(options, log, await ProverProcess.open(options, log, { check: true, signal }));
  }

  /**
   * Waits until a prover can take a request.
   * @throws {ProverGoneError} if it failed to start again and again.
   * @throws {ProvingAbortedError} if the agent stops.
   */
  async ready(): Promise<void> {
    for (;;) {
      const process = await this.#process.catch((error: unknown) => this.#noteFailedStart(error));
      if (process?.isAlive) {
        this.#failedStarts = 0;
        return;
      }
      if (this.#stopping.signal.aborted) throw new ProvingAbortedError();
      if (process === undefined) await pause(backoffMs(this.#failedStarts, BACKOFF), this.#stopping.signal);
      this.#restart();
    }
  }

  /**
   * Proves, and gives up when `signal` aborts or after `timeoutSeconds`: then the process is killed.
   * @throws {ProvingAbortedError} when `signal` aborted.
   * @throws {ProvingAttemptError} if there is no proof, with the cause to count.
   */
  async prove(
    circuit: CircuitName,
    inputs: Uint8Array,
    { timeoutSeconds, signal }: { readonly timeoutSeconds: number; readonly signal: AbortSignal },
  ): Promise<FreshProof> {
    await this.ready();
    const process = await this.#process;
    if (signal.aborted) throw new ProvingAbortedError({ cause: signal.reason });
    const stop: { cause?: 'signal' | 'time-out' } = {};
    const killFor = (cause: 'signal' | 'time-out') => (): void => {
      stop.cause ??= cause;
      void process.kill();
    };
    const timer = setTimeout(killFor('time-out'), timeoutSeconds * 1000);
    const onAbort = killFor('signal');
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await process.prove(circuit, inputs);
    } catch (error) {
      if (stop.cause === 'signal') throw new ProvingAbortedError({ cause: signal.reason });
      if (stop.cause === 'time-out') {
        const message = `no proof after ${timeoutSeconds} s: the prover was killed`;
        throw new ProvingAttemptError('time-out', message, { cause: error });
      }
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Hands over the inputs of the next proof; skipped while no prover runs. */
  prepare(circuit: CircuitName, inputs: Uint8Array): void {
    void this.#process.then((process) => process.prepare(circuit, inputs)).catch(() => undefined);
  }

  /**
   * Says why `proof` is not a stored proof of `circuit`; `undefined` when it is one. Runs in another process, since the warm
   * one may be busy for minutes.
   */
  async checkProof(circuit: CircuitName, proof: Uint8Array): Promise<string | undefined> {
    const process = await this.#open();
    try {
      return await process.checkProof(circuit, proof);
    } finally {
      await process.kill();
    }
  }

  /**
   * Starts the prover anew, with a check of the machine.
   * @throws {AgentUnfitError} if the machine or its configuration cannot prove what the pools need.
   */
  async recheck(): Promise<void> {
    const last = await this.#process.catch(() => undefined);
    await last?.kill();
    this.#restart({ check: true });
    await this.#process;
  }

  /** Kills the prover, and starts no other. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const process = await this.#process.catch(() => undefined);
    await process?.kill();
  }

  #restart({ check } = { check: false }): void {
    this.#process = this.#open({ check });
    // The next caller that needs it gets the failure.
    this.#process.catch(() => undefined);
  }

  #open({ check } = { check: false }): Promise<ProverProcess> {
    return ProverProcess.open(this.#options, this.#log, { check, signal: this.#stopping.signal });
  }

  #noteFailedStart(error: unknown): undefined {
    this.#failedStarts += 1;
    this.#log.warn({ err: error, failedStarts: this.#failedStarts }, 'prover did not start');
    if (this.#failedStarts < MAX_FAILED_STARTS) return;
    throw new ProverGoneError(this.#failedStarts, { cause: error });
  }
}
