import type { Engine } from '../../shared/engine/engine.ts';
import { interceptCalls } from '../fixtures/intercept-calls.ts';

/** How often a client that pauses so long between its tries, in seconds, tries within that time. */
export function triesWithin(seconds: number, pauses: Iterable<number>): number {
  let atSeconds = 0;
  let tries = 0;
  for (const pause of pauses) {
    if (atSeconds >= seconds) break;
    tries += 1;
    atSeconds += pause;
  }
  return tries;
}

/** An engine that is out of reach at will, for as many tries of its ledger or queue. */
export class EngineOutage {
  readonly engine: Engine;
  #tries = 0;

  constructor(engine: Engine) {
    const failing = async (call: () => Promise<unknown>): Promise<unknown> => {
      if (this.isOver) return call();
      this.#tries -= 1;
      throw new Error('the engine is out of reach');
    };
    const methods = [
      ['jobs', 'find'],
      ['jobs', 'openJobs'],
      ['queue', 'claim'],
      ['queue', 'depths'],
    ] as const;
    this.engine = methods.reduce((over, [port, method]) => interceptCalls(over, port, method, failing), engine);
  }

  /** From now on, that many tries fail. */
  begin(tries: number): void {
    this.#tries = tries;
  }

  get isOver(): boolean {
    return this.#tries === 0;
  }
}
