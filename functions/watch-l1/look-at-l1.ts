import type { Secret } from '../../shared/config/secret.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { L1UnreachableError } from '../../shared/l1/errors.ts';
import { checkL1Chain, type L1Client } from '../../shared/l1/l1-client.ts';
import type { Note } from '../../shared/ledger/notes.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Metrics } from '../../shared/telemetry/metrics.ts';
import type { WatchL1Settings } from './watch-l1-settings.ts';
import { findRollup } from './find-rollup.ts';
import { readEpochs } from './read-epochs.ts';
import { readL1 } from './read-l1.ts';
import { epochsToRead, type Measurement, measureOutbox, type Remembered, watchL1 } from './watch-l1.ts';

export interface LookAtL1Deps {
  readonly settings: Pick<
    WatchL1Settings,
    'l1RpcUrls' | 'l1ChainId' | 'registryAddress' | 'rollupVersion' | 'publisherAddresses'
  >;
  readonly engine: Pick<Engine, 'epochs' | 'jobs' | 'outbox'>;
  readonly note: Note<Remembered>;
  readonly l1: L1Client;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/**
 * Looks at the outbox, at L1 and at the ledger, and measures what it sees: as much as can be seen, before it fails for what
 * cannot.
 * @throws {L1UnreachableError} {WrongL1ChainError} what L1 or the ledger throws
 */
export async function lookAtL1(deps: LookAtL1Deps): Promise<void> {
  const { settings, engine, note, l1, nowMs, log } = deps;
  const measure = (measurements: readonly Measurement[]): void => {
    for (const { name, value, properties } of measurements) deps.metrics.record(name, value, {}, properties);
  };
  measure(measureOutbox(await engine.outbox.open(), nowMs()));
  await checkUrls(settings, measure, log);

  const rollup = await findRollup(l1, settings.registryAddress, settings.rollupVersion);
  const { value: before, version } = await note.find();
  const sight = await readL1(before?.blocks ?? [], { l1, rollup, publishers: settings.publisherAddresses ?? [] });
  const epochs = await readEpochs(epochsToRead(sight, before), { ...engine, nowMs });
  const { state, events, remembered } = watchL1(sight, epochs, before);
  measure(state);
  // Who stores the note tells what happened, so that two looks at the same time do not tell it twice.
  if (await note.replace(remembered, version)) measure(events);
  else log.info('another look at L1 was first');
}

async function checkUrls(
  { l1RpcUrls, l1ChainId }: { readonly l1RpcUrls: readonly Secret<string>[]; readonly l1ChainId: number },
  measure: (measurements: readonly Measurement[]) => void,
  log: Logger,
): Promise<void> {
  const tell = (hosts: readonly string[]): void => {
    measure([{ name: 'L1RpcFailures', value: hosts.length, properties: { hosts: hosts.join(',') } }]);
  };
  try {
    const silent = await checkL1Chain({ rpcUrls: l1RpcUrls, chainId: l1ChainId });
    tell(silent);
    if (silent.length > 0) log.warn({ hosts: silent }, 'some L1 nodes do not answer');
  } catch (error) {
    if (error instanceof L1UnreachableError) tell(error.hosts);
    throw error;
  }
}
