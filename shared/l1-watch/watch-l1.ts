import type { Hex } from 'viem';

import type { Engine } from '../engine/engine.ts';
import { L1UnreachableError } from '../l1/errors.ts';
import type { L1Clock } from '../l1/l1-clock.ts';
import type { CanonicalRollup } from '../l1/canonical-rollup.ts';
import type { NotedL1Time } from '../l1/noted-l1-time.ts';
import { checkL1Chain, type L1Client, type L1Reader } from '../l1/l1-client.ts';
import { describeLag, type L1Heads, readHeads } from '../l1/l1-heads.ts';
import type { Note } from '../ledger/notes.ts';
import { makeRollupId, type RollupId } from '../proving-job/epoch-id.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { readEpochs } from './read-epochs.ts';
import { readL1View } from './read-l1-view.ts';
import { type OtherRollups, type OtherRollupsSeen, watchOtherRollups } from './other-rollups.ts';
import { epochsToRead, type Measurement, measureOutbox, type Remembered, measureL1 } from './measure-l1.ts';

export interface WatchedL1 {
  readonly l1ChainId: number;
  /** The accounts whose ether is watched. @default none */
  readonly publisherAddresses?: readonly Hex[] | undefined;
}

export interface WatchL1Deps {
  readonly settings: WatchedL1;
  /** The rollup that is watched, at L1's latest block. */
  readonly findRollup: (client: L1Reader) => Promise<Hex>;
  readonly engine: Pick<Engine, 'epochs' | 'jobs' | 'outbox'>;
  readonly note: Note<Remembered>;
  /** Where other rollups are noted whose epochs the fleet still proves. @default the watched rollup alone is measured */
  readonly otherRollups?: Note<OtherRollups>;
  readonly l1: Pick<L1Client, 'nodes'>;
  /** Where the canonical rollup is noted, where that is watched, for the scaler of a fleet with several version lines. @default nowhere */
  readonly canonical?: Note<CanonicalRollup>;
  /** Where L1's time is noted for programs that do not read L1. @default nowhere */
  readonly l1Time?: Note<NotedL1Time>;
  readonly clock: L1Clock;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/**
 * Reads the outbox, L1 and the ledger, and records their metrics. What can be read is recorded before an error is thrown.
 * @throws {L1UnreachableError} {WrongL1ChainError}; passes on what L1 and the ledger throw
 */
export async function watchL1(deps: WatchL1Deps): Promise<void> {
  const { settings, engine, note, clock, nowMs, log } = deps;
  const windowNowMs = (): number => clock.windowNowMs();
  const measure = (measurements: readonly Measurement[]): void => {
    for (const { name, value, properties } of measurements) deps.metrics.record(name, value, {}, properties);
  };
  measure(measureOutbox(await engine.outbox.open(), nowMs()));
  const heads = await checkUrls(deps, measure);
  await noteL1Time(heads, deps);

  const rollup = await deps.findRollup(heads.usable[0].client);
  await noteCanonical(makeRollupId(settings.l1ChainId, rollup), deps);
  const { value: noted, version } = await note.find();
  const { publisherAddresses: publishers = [], l1ChainId: chainId } = settings;
  const view = await readL1View(noted?.blocks ?? [], {
    heads,
    rollup,
    chainId,
    publishers,
    nowMs,
    windowNowMs,
  });
  // Numbers of another rollup's checkpoints and epochs say nothing about this one's.
  const before = (noted?.rollup ?? view.rollup) === view.rollup ? noted : undefined;
  const epochs = await readEpochs(epochsToRead(view, before), {
    ...engine,
    rollup: view.rollup,
    nowMs: windowNowMs,
  });
  const others = await watchOthers(heads, view.rollup, noted, deps);
  const { state, events, remembered } = measureL1(view, epochs, before, others.rollups);
  measure(state);
  measure(others.missed);
  // Only the run that stores the note records the events, so that two runs at the same time do not record them twice.
  if (await note.replace(remembered, version)) measure(events);
  else log.info('another run was first; leaving the events to it');
}

async function watchOthers(
  heads: L1Heads,
  watched: RollupId,
  noted: Remembered | undefined,
  { otherRollups: note, settings, engine, clock, nowMs, log }: WatchL1Deps,
): Promise<OtherRollupsSeen> {
  if (note === undefined) return { rollups: [], missed: [] };
  const windowNowMs = (): number => clock.windowNowMs();
  const chainId = settings.l1ChainId;
  return await watchOtherRollups({ heads, chainId, watched, noted, note, engine, nowMs, windowNowMs, log });
}

/** Best effort, and only when it has changed: a failure delays the end of a superseded line. */
async function noteCanonical(rollup: RollupId, { canonical, log }: WatchL1Deps): Promise<void> {
  if (canonical === undefined) return;
  try {
    const { value, version } = await canonical.find();
    if (value?.rollup !== rollup) await canonical.replace({ rollup }, version);
  } catch (error) {
    log.warn({ err: error }, 'could not note the canonical rollup');
  }
}

/** Best effort: a failure only delays the closing of epochs. Two runs at the same time note the same. */
async function noteL1Time({ usable }: L1Heads, { l1Time, log }: WatchL1Deps): Promise<void> {
  if (l1Time === undefined) return;
  try {
    const { version } = await l1Time.find();
    await l1Time.replace({ blockAtMs: Math.min(...usable.map(({ blockAtMs }) => blockAtMs)) }, version);
  } catch (error) {
    log.warn({ err: error }, "could not note L1's time");
  }
}

/** Counts the URLs that do not respond, and those that do but whose nodes do not follow L1. */
async function checkUrls(
  { l1, clock, nowMs, log }: WatchL1Deps,
  measure: (measurements: readonly Measurement[]) => void,
): Promise<L1Heads> {
  const record = (hosts: readonly string[]): void => {
    measure([{ name: 'L1RpcFailures', value: hosts.length, properties: { hosts: hosts.join(',') } }]);
  };
  try {
    const silentAtFirst = await checkL1Chain(l1);
    const heads = await readHeads(l1, clock.l1NowMs() ?? nowMs());
    clock.observe(heads.usable);
    const { laggingHosts } = heads;
    const silentHosts = heads.silentHosts.length > 0 ? heads.silentHosts : silentAtFirst;
    record([...silentHosts, ...laggingHosts.filter((host) => !silentHosts.includes(host))]);
    if (silentHosts.length > 0) log.warn({ hosts: silentHosts }, 'some L1 nodes do not answer');
    if (laggingHosts.length > 0) log.warn({ hosts: laggingHosts }, describeLag(heads));
    return heads;
  } catch (error) {
    if (error instanceof L1UnreachableError) record(error.hosts);
    throw error;
  }
}
