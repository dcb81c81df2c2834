import type { Engine } from '../../shared/engine/engine.ts';

/** Between two comparisons with the ledger. A level of the canary's tree takes a second or two longer for it. */
export const POLL_MS = 1_000;

/**
 * The fleet's engine without the stream of its table. A shard of it has room for two readers, which are the fleet's nodes while
 * the network upgrades, so the canary compares its few jobs with the ledger instead.
 */
export function polledEngine(engine: Engine): Engine {
  return { ...engine, settlements: { subscribe: () => () => undefined } };
}
