import { InvokeCommand, LambdaClient, ResourceNotFoundException } from '@aws-sdk/client-lambda';

import { awsClientOptions, type AwsConnection } from '../aws-connection.ts';
import { awsResourceNames } from '../aws-resource-names.ts';
import type { Logger } from '../../../telemetry/logger.ts';
import type { Scaler } from '../../../agent-fleet/scaler.ts';

export interface LambdaScalerOptions {
  /** What the names of the fleet's resources begin with. */
  readonly prefix: string;
  readonly connection: AwsConnection;
  /** Unix time in milliseconds. */
  readonly nowMs: () => number;
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn'>;
}

/** The next minute's run is soon enough for what could not be asked for. */
const MAX_ATTEMPTS = 2;
/** An outage, or a missing permission, is told of once in this time. */
const WARN_EVERY_MS = 10 * 60_000;

/** The {@link Scaler} that is `functions/scale-fleet`, invoked as an event: Lambda answers once it has taken note. */
export class LambdaScaler implements Scaler {
  readonly #lambda: LambdaClient;
  readonly #functionName: string;
  readonly #nowMs: () => number;
  readonly #log: LambdaScalerOptions['log'];
  #isMissing = false;
  #warnedAtMs = -Infinity;

  constructor({ prefix, connection, nowMs, log }: LambdaScalerOptions) {
    this.#lambda = new LambdaClient({ ...awsClientOptions(connection), maxAttempts: MAX_ATTEMPTS });
    this.#functionName = awsResourceNames(prefix).functionName('scale-fleet');
    this.#nowMs = nowMs;
    this.#log = log;
  }

  async ask(): Promise<void> {
    try {
      await this.#lambda.send(new InvokeCommand({ FunctionName: this.#functionName, InvocationType: 'Event' }));
      this.#log.debug({ function: this.#functionName }, 'asked the scaler to look');
    } catch (error) {
      this.#tell(error);
    }
  }

  /** Closes the sockets; what is under way comes to nothing. */
  close(): void {
    this.#lambda.destroy();
  }

  #tell(error: unknown): void {
    const fields = { function: this.#functionName };
    if (error instanceof ResourceNotFoundException) {
      // A fleet may be scaled by hand.
      if (!this.#isMissing) this.#log.info(fields, 'there is no scaler to ask: somebody else scales the fleet');
      this.#isMissing = true;
      return;
    }
    const nowMs = this.#nowMs();
    if (nowMs - this.#warnedAtMs < WARN_EVERY_MS) return;
    this.#warnedAtMs = nowMs;
    this.#log.warn({ ...fields, err: error }, 'could not ask the scaler to look: its next run of the minute does');
  }
}
