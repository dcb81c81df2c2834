import { z } from 'zod';

import type { Logger } from '../../shared/telemetry/logger.ts';
import { pause } from '../../shared/retry/pause.ts';

export interface TaskProtectionOptions {
  /** `ECS_AGENT_URI`, which ECS gives to a task. Without it there is nothing that would scale this agent in. */
  readonly ecsAgentUri: string | undefined;
  /** How long ECS goes by the last word it got, should this agent hang. @default 60 */
  readonly expiresInMinutes?: number;
  /** The pause after a call that failed. @default 10,000 */
  readonly retryMs?: number;
}

/** What may go wrong comes as an answer without it, under other names. */
const Answer = z.object({ protection: z.object({ ProtectionEnabled: z.boolean() }) });

const CALL_MS = 5_000;
const DEFAULT_EXPIRES_IN_MINUTES = 60;
const DEFAULT_RETRY_MS = 10_000;

/**
 * Keeps ECS from stopping this task when its service is scaled in, while it proves. It does not keep Spot from taking it
 * back.
 *
 * Nobody waits for it, and nothing that goes wrong here stops a proof: an agent that is stopped gives its job back.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
 */
export class TaskProtection {
  readonly #url: string | undefined;
  readonly #expiresInMinutes: number;
  readonly #retryMs: number;
  readonly #log: Logger;
  readonly #end = new AbortController();
  #isWanted = false;
  /** What ECS was last told, and has confirmed. */
  #isProtected = false;
  #isTelling = false;
  #renewal: NodeJS.Timeout | undefined;

  constructor({ ecsAgentUri, expiresInMinutes, retryMs }: TaskProtectionOptions, log: Logger) {
    this.#url = ecsAgentUri === undefined ? undefined : `${ecsAgentUri}/task-protection/v1/state`;
    this.#expiresInMinutes = expiresInMinutes ?? DEFAULT_EXPIRES_IN_MINUTES;
    this.#retryMs = retryMs ?? DEFAULT_RETRY_MS;
    this.#log = log;
  }

  /** From now on this task proves. */
  on(): void {
    this.#want(true);
  }

  /** From now on it may be stopped. */
  off(): void {
    this.#want(false);
  }

  /** Says no more. */
  stop(): void {
    this.#end.abort();
    clearInterval(this.#renewal);
  }

  #want(isWanted: boolean): void {
    this.#isWanted = isWanted;
    if (this.#url !== undefined && !this.#isTelling) void this.#tell(this.#url);
  }

  /** One call at a time, until ECS knows what is wanted last. */
  async #tell(url: string): Promise<void> {
    this.#isTelling = true;
    let hasFailed = false;
    while (this.#isProtected !== this.#isWanted && !this.#isOver()) {
      const isWanted = this.#isWanted;
      try {
        await this.#put(url, isWanted);
        this.#isProtected = isWanted;
        this.#renew(isWanted);
        hasFailed = false;
      } catch (error) {
        if (this.#isOver()) break;
        if (!hasFailed) this.#log.warn({ err: error, isWanted }, 'ECS was not told whether this task may be scaled in');
        hasFailed = true;
        await pause(this.#retryMs, this.#end.signal);
      }
    }
    this.#isTelling = false;
  }

  #isOver(): boolean {
    return this.#end.signal.aborted;
  }

  async #put(url: string, isWanted: boolean): Promise<void> {
    const response = await fetch(url, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(
        isWanted ? { ProtectionEnabled: true, ExpiresInMinutes: this.#expiresInMinutes } : { ProtectionEnabled: false },
      ),
      signal: AbortSignal.any([this.#end.signal, AbortSignal.timeout(CALL_MS)]),
    });
    const text = await response.text();
    const answer = response.ok ? Answer.safeParse(parseJson(text)).data : undefined;
    if (answer?.protection.ProtectionEnabled !== isWanted) {
      throw new Error(
        `ECS answered ${response.status}: ${text.slice(0, 300)}; the task role needs ecs:UpdateTaskProtection, and the task a service`,
      );
    }
  }

  /** ECS forgets what it was told after a while. */
  #renew(isProtected: boolean): void {
    clearInterval(this.#renewal);
    if (!isProtected) return;
    this.#renewal = setInterval(
      () => {
        this.#isProtected = false;
        this.#want(this.#isWanted);
      },
      (this.#expiresInMinutes * 60_000) / 3,
    ).unref();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
