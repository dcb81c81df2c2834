import { z } from 'zod';

import type { Logger } from '../../shared/telemetry/logger.ts';
import { pause } from '../../shared/retry/pause.ts';

export interface TaskProtectionOptions {
  /** `ECS_AGENT_URI`, which ECS sets for a task. Without it nothing scales this agent in. */
  readonly ecsAgentUri: string | undefined;
  /** How long ECS keeps the protection if this agent hangs. @default 60 */
  readonly expiresInMinutes?: number;
  /** The pause after a call that failed. @default 10,000 */
  readonly retryMs?: number;
  /** How long a busy agent claims nothing, for a deployment that waits. @default 30,000 */
  readonly yieldMs?: number;
}

/** A failure comes as a response without this field. */
const Response = z.object({ protection: z.object({ ProtectionEnabled: z.boolean() }) });
/** The failure while a deployment of the service waits for protected tasks to end, this one or others. */
const DeploymentBlocked = z.object({ failure: z.object({ Reason: z.literal('DEPLOYMENT_BLOCKED') }) });

const CALL_MS = 5_000;
const DEFAULT_EXPIRES_IN_MINUTES = 60;
const DEFAULT_RETRY_MS = 10_000;
/** The time that ECS has for stopping an unprotected task that a deployment waits for. */
const DEFAULT_YIELD_MS = 30_000;

/**
 * Keeps ECS from stopping this task while it proves, when its service is scaled in. It does not prevent Spot interruptions.
 *
 * Best effort: nothing waits for it and no failure here stops a proof, because an agent that is stopped gives its job back.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
 */
export class TaskProtection {
  readonly #url: string | undefined;
  readonly #expiresInMinutes: number;
  readonly #retryMs: number;
  readonly #yieldMs: number;
  readonly #log: Logger;
  readonly #end = new AbortController();
  #isWanted = false;
  /** The state that ECS last confirmed. */
  #isProtected = false;
  /** The protection expires soon, so ECS has to confirm it again. */
  #isExpiring = false;
  #blocksDeployment = false;
  #isUpdating = false;
  #renewal: NodeJS.Timeout | undefined;

  constructor({ ecsAgentUri, expiresInMinutes, retryMs, yieldMs }: TaskProtectionOptions, log: Logger) {
    this.#url = ecsAgentUri === undefined ? undefined : `${ecsAgentUri}/task-protection/v1/state`;
    this.#expiresInMinutes = expiresInMinutes ?? DEFAULT_EXPIRES_IN_MINUTES;
    this.#retryMs = retryMs ?? DEFAULT_RETRY_MS;
    this.#yieldMs = yieldMs ?? DEFAULT_YIELD_MS;
    this.#log = log;
  }

  /** Protects the task: it proves from now on. */
  on(): void {
    this.#want(true);
  }

  /** Ends the protection: the task may be stopped from now on. */
  off(): void {
    this.#want(false);
  }

  /** Whether a deployment waits for this task, so that ECS no longer renews its protection. */
  get blocksDeployment(): boolean {
    return this.#blocksDeployment;
  }

  /**
   * Ends the protection for long enough that ECS can stop this task while it holds no job. Otherwise a deployment would wait for
   * as long as there are jobs.
   */
  async yieldToDeployment(signal: AbortSignal): Promise<void> {
    this.#blocksDeployment = false;
    this.#log.info('a deployment waits for tasks that prove: ECS may stop this one');
    this.off();
    await pause(this.#yieldMs, signal);
  }

  /** Sends no more updates. */
  stop(): void {
    this.#end.abort();
    clearInterval(this.#renewal);
  }

  #want(isWanted: boolean): void {
    this.#isWanted = isWanted;
    if (this.#url !== undefined && !this.#isUpdating) void this.#update(this.#url);
  }

  /** One call at a time, until ECS has confirmed the latest wanted state. */
  async #update(url: string): Promise<void> {
    this.#isUpdating = true;
    let hasFailed = false;
    while ((this.#isProtected !== this.#isWanted || this.#isExpiring) && !this.#isOver()) {
      const isWanted = this.#isWanted;
      try {
        await this.#put(url, isWanted);
        this.#isProtected = isWanted;
        this.#isExpiring = false;
        this.#renew(isWanted);
        hasFailed = false;
      } catch (error) {
        if (this.#isOver() || this.#blocksDeployment) break;
        if (!hasFailed) this.#log.warn({ err: error, isWanted }, 'scale-in protection of this task not updated');
        hasFailed = true;
        await pause(this.#retryMs, this.#end.signal);
      }
    }
    this.#isUpdating = false;
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
    // A task that was never protected is of the new deployment, which waits for others.
    this.#blocksDeployment = this.#isProtected && DeploymentBlocked.safeParse(parseJson(text)).success;
    const confirmed = response.ok ? Response.safeParse(parseJson(text)).data : undefined;
    if (confirmed?.protection.ProtectionEnabled !== isWanted) {
      throw new Error(
        `ECS returned ${response.status}: ${text.slice(0, 300)}; the task role needs ecs:UpdateTaskProtection, and the task a service`,
      );
    }
  }

  /** The protection expires in ECS, so it is renewed in time. */
  #renew(isProtected: boolean): void {
    clearInterval(this.#renewal);
    if (!isProtected) return;
    this.#renewal = setInterval(
      () => {
        this.#isExpiring = true;
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
