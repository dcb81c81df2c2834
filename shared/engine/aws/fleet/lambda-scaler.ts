import type { Scaler } from '../../../agent-fleet/scaler.ts';
import type { Logger } from '../../../telemetry/logger.ts';
import type { AwsClients } from '../aws-clients.ts';
import type { AwsResourceNames } from '../aws-resource-names.ts';

export interface LambdaScalerOptions {
  /** Unix time in milliseconds. */
  readonly nowMs: () => number;
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn'> | undefined;
}

/** An outage, or a missing permission, is reported once in this time. */
const WARN_EVERY_MS = 10 * 60_000;

/** The {@link Scaler} that is `functions/scale-fleet`, invoked as an event: Lambda returns as soon as it has queued it. */
export class LambdaScaler implements Scaler {
  readonly #clients: Pick<AwsClients, 'functions'>;
  readonly #functionName: string;
  readonly #nowMs: () => number;
  readonly #log: LambdaScalerOptions['log'];
  #isMissing = false;
  #warnedAtMs = -Infinity;

  constructor(
    clients: Pick<AwsClients, 'functions'>,
    names: Pick<AwsResourceNames, 'functionName'>,
    { nowMs, log }: LambdaScalerOptions,
  ) {
    this.#clients = clients;
    this.#functionName = names.functionName('scale-fleet');
    this.#nowMs = nowMs;
    this.#log = log;
  }

  async ask(): Promise<void> {
    try {
      const functions = await this.#clients.functions();
      await functions.invoke(this.#functionName);
      this.#log?.debug({ function: this.#functionName }, 'asked the scaler to run');
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    const fields = { function: this.#functionName };
    if (error instanceof Error && error.name === 'ResourceNotFoundException') {
      // A fleet may be scaled by hand.
      if (!this.#isMissing)
        this.#log?.info(fields, 'the fleet has no scaler function: agents are scaled by other means');
      this.#isMissing = true;
      return;
    }
    const nowMs = this.#nowMs();
    if (nowMs - this.#warnedAtMs < WARN_EVERY_MS) return;
    this.#warnedAtMs = nowMs;
    this.#log?.warn({ ...fields, err: error }, 'could not ask the scaler to run: it runs within a minute anyway');
  }
}
