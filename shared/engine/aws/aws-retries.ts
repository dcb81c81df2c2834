import type { Logger } from '../../telemetry/logger.ts';

/** Any client of the SDK. */
export interface SdkClient {
  readonly middlewareStack: object;
  readonly config: { region(): Promise<string> };
}

/** The part of a client's stack that we use; the SDK's own types differ from service to service. */
export interface SdkStack {
  add(middleware: SdkMiddleware, options: { step: 'initialize'; priority: 'high'; name: string }): void;
  addRelativeTo(
    middleware: SdkMiddleware,
    options: { relation: 'after'; toMiddleware: 'retryMiddleware'; name: string },
  ): void;
}

type SdkMiddleware = (
  next: (call: unknown) => Promise<unknown>,
  context: { readonly clientName?: string; readonly commandName?: string },
) => (call: unknown) => Promise<unknown>;

/** At most one line in this time, so that an outage does not flood the log. */
const LINE_EVERY_MS = 10_000;

/**
 * Logs which calls to AWS the SDK tried again, and why: one line for all of them, at most every 10 s. A call that fails for
 * good is its caller's error, and is not reported here.
 */
export class AwsRetries {
  readonly #log: Pick<Logger, 'warn'> | undefined;
  #counts = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Pick<Logger, 'warn'> | undefined) {
    this.#log = log;
  }

  watch(client: SdkClient): void {
    if (this.#log === undefined) return;
    const stack = client.middlewareStack as SdkStack;
    // Behind the SDK's own middleware for retries, so that it sees each try.
    stack.addRelativeTo(
      (next, { clientName = '', commandName = '' }) => {
        const operation = `${clientName.replace(/Client$/, '')}:${commandName.replace(/Command$/, '')}`;
        let failure: string | undefined;
        return async (attempt) => {
          if (failure !== undefined) this.#count(`${operation} ${failure}`);
          try {
            return await next(attempt);
          } catch (error) {
            failure = reasonOf(error);
            throw error;
          }
        };
      },
      { relation: 'after', toMiddleware: 'retryMiddleware', name: 'coppiceRetries' },
    );
  }

  /** Counts a try that an adapter repeated itself. */
  note(operation: string, error: unknown): void {
    this.#count(`${operation} ${reasonOf(error)}`);
  }

  /** Logs what was not logged yet. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#counts.size === 0) return;
    const retried = Object.fromEntries([...this.#counts].sort(([, one], [, other]) => other - one));
    this.#counts = new Map();
    this.#log?.warn({ retried }, 'calls to AWS were tried again');
  }

  #count(what: string): void {
    if (this.#log === undefined) return;
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
    this.#timer ??= setTimeout(() => this.flush(), LINE_EVERY_MS).unref();
  }
}

/** How the response or the connection describes its failure: `503 SlowDown`, `TimeoutError`, `ECONNRESET`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: unknown };
  const status = $metadata?.httpStatusCode;
  // The SDK calls every broken connection a time-out; the code says which it was.
  const name = status === undefined && typeof code === 'string' ? code : error.name;
  return status === undefined || status < 400 ? name : `${status} ${name}`;
}
