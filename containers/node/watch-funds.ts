import type { Hex } from 'viem';

import type { L1Reader } from '../../shared/l1/l1-client.ts';
import { describeShortage, readFunds } from '../../shared/l1/publisher/publisher-funds.ts';
import { repeatEvery } from '../../shared/retry/repeat-every.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';

const EVERY_MS = 60_000;

export interface FundsWatchDeps {
  readonly l1: Pick<L1Reader, 'getBalance' | 'getGasPrice'>;
  readonly address: Hex;
  readonly log: Logger;
}

/** Knows whether the publisher can pay for a submission. */
export class FundsWatch {
  readonly #deps: FundsWatchDeps;
  #shortage: string | undefined;

  constructor(deps: FundsWatchDeps) {
    this.#deps = deps;
  }

  /** Why it cannot pay, as of the last look; `undefined` when it can. */
  get shortage(): string | undefined {
    return this.#shortage;
  }

  /** Reads the balance once a minute until `signal` aborts. */
  run(signal: AbortSignal): Promise<void> {
    return repeatEvery(EVERY_MS, () => this.read(), signal);
  }

  /** Warns once each time that the account runs short. What is known stays while L1 is out of reach. */
  async read(): Promise<void> {
    const { l1, address, log } = this.#deps;
    try {
      const shortage = describeShortage(address, await readFunds(l1, address));
      if (shortage !== undefined && this.#shortage === undefined) log.warn({ publisher: address }, shortage);
      this.#shortage = shortage;
    } catch (error) {
      log.debug({ err: error, publisher: address }, "could not read the publisher's balance");
    }
  }
}
