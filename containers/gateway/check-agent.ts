import { z } from 'zod';

import { BrokerOutOfReachError, BrokerRequestRefusedError } from '../../shared/broker-api/errors.ts';
import { postJson } from '../../shared/broker-api/post-json.ts';
import { readStatus } from '../../shared/broker-api/read-status.ts';
import type { WireJobId } from '../../shared/broker-api/wire-job-id.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { errorText } from '../../shared/telemetry/error-text.ts';
import { redactUrl } from '../../shared/telemetry/redact-urls.ts';

/** An agent that was well this recently still is: a restart takes longer. */
const TRUSTED_MS = 5_000;
const CALL_MS = 10_000;
/** More connections than a gateway has to its agent. */
const MOST_KEPT_OPEN = 10;
/** Of a connection that ended at the other side. */
const BROKEN_CODES = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];
/** The names of an agent's loops: the first where there is one, the others where `PROVER_AGENT_COUNT` is larger. */
const LOOPS = ['agent', ...Array.from({ length: 16 }, (_value, index) => `agent${index}`)];

const Loops = z.array(z.object({ result: z.object({ jobId: z.string() }).optional().catch(undefined) }));

export interface CheckAgentOptions {
  /** The agent's own URL, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** The version of Aztec that it has to run. */
  readonly networkVersion: string;
}

export interface CheckAgentDeps {
  /** A clock that only goes forward, in milliseconds. */
  readonly steadyMs: () => number;
  readonly log: Logger;
}

/** An agent that gets no job, and why. */
export interface AgentProblem {
  readonly kind: 'out-of-reach' | 'no-agent' | 'other-version';
  readonly message: string;
}

/** Asks the agent, at its own port, whether it may be given jobs: with one of another version it could only fail. */
export class AgentCheck {
  readonly #options: CheckAgentOptions;
  readonly #deps: CheckAgentDeps;
  #wellAtMs = -Infinity;
  #hasWarned = false;

  constructor(options: CheckAgentOptions, deps: CheckAgentDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** @returns why the agent gets no job; `undefined` when it may have one */
  async findProblem(signal: AbortSignal): Promise<AgentProblem | undefined> {
    if (this.#deps.steadyMs() - this.#wellAtMs < TRUSTED_MS) return undefined;
    const problem = await this.#readProblem(signal);
    if (problem === undefined) this.#wellAtMs = this.#deps.steadyMs();
    return problem;
  }

  /** Whether nothing listens at the agent's port any more. */
  async isGone(signal: AbortSignal): Promise<boolean> {
    // Connections that were kept open break when the agent ends, one after the other, and only a new one is refused.
    for (let tries = 0; tries < MOST_KEPT_OPEN; tries += 1) {
      const failure = await this.#failureOf(signal);
      if (failure === undefined || hasCode(failure, 'ECONNREFUSED')) return failure !== undefined;
      if (!BROKEN_CODES.some((code) => hasCode(failure, code))) return false;
    }
    return false;
  }

  /** Whether the agent says that it proves the job, by one of its loops. */
  async proves(id: WireJobId, signal: AbortSignal): Promise<boolean> {
    const calls = LOOPS.map((name, index) => ({ jsonrpc: '2.0', id: index, method: `${name}_getStatus`, params: [] }));
    try {
      const { body } = await postJson(
        this.#options.url,
        calls,
        AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]),
      );
      return (Loops.safeParse(body).data ?? []).some(({ result }) => result?.jobId === id);
    } catch {
      return false;
    }
  }

  /** Why the agent cannot be reached; `undefined` when it responds, whatever it says. */
  async #failureOf(signal: AbortSignal): Promise<BrokerOutOfReachError | undefined> {
    try {
      await readStatus(this.#options.url, signal);
      return undefined;
    } catch (error) {
      return error instanceof BrokerOutOfReachError ? error : undefined;
    }
  }

  async #readProblem(signal: AbortSignal): Promise<AgentProblem | undefined> {
    const { url, networkVersion } = this.#options;
    const shown = redactUrl(url);
    try {
      const { packageVersion } = (await readStatus(url, signal)).versions;
      if (packageVersion === networkVersion) return undefined;
      if (packageVersion === undefined) {
        this.#warnOfUnknownVersion();
        return undefined;
      }
      const message =
        `the agent at ${shown} is of Aztec ${packageVersion}, and this gateway serves ${networkVersion}: it gets no job. ` +
        `Run the agent of ${networkVersion}, or set --aztec-version (AZTEC_VERSION) to ${packageVersion}`;
      return { kind: 'other-version', message };
    } catch (error) {
      const settings = 'or name its address with --gateway-agent-url (COPPICE_GATEWAY_AGENT_URL)';
      if (error instanceof BrokerRequestRefusedError) {
        const message = `no agent of Aztec responds at ${shown} (HTTP ${error.httpStatus}): start it there, ${settings}`;
        return { kind: 'no-agent', message };
      }
      const what = error instanceof BrokerOutOfReachError ? error.what : errorText(error);
      const message = `the agent at ${shown} is out of reach (${what}): start it, with its AZTEC_PORT there, ${settings}`;
      return { kind: 'out-of-reach', message };
    }
  }

  #warnOfUnknownVersion(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const { networkVersion } = this.#options;
    this.#deps.log.warn(`the agent does not say its version: make sure that it is of Aztec ${networkVersion}`);
  }
}

/** A `fetch` that fails has the system's error somewhere below. */
function hasCode(error: Error, code: string): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ((cause as NodeJS.ErrnoException).code === code) return true;
  }
  return false;
}
