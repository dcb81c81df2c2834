import { formatEther, formatGwei } from 'viem';
import { z } from 'zod';

import type { RootRecord } from '../ledger/outbox.ts';
import type { PlainMetricName } from '../telemetry/metrics.ts';
import { RollupId } from '../proving-job/epoch-id.ts';
import { SeenBlock } from './follow-blocks.ts';
import { epochDeadlineAtMs } from '../l1/epoch-timing.ts';
import type { EpochOnL1, L1View, RollupView } from './read-l1-view.ts';
import type { EpochProgress } from './read-epochs.ts';

/** What one run passes to the next. */
export const Remembered = z.strictObject({
  /** The rollup whose checkpoints and epochs these are. Earlier versions did not note it. */
  rollup: RollupId.exactOptional(),
  /** The newest blocks of L1, ascending. */
  blocks: z.array(SeenBlock),
  pendingCheckpoint: z.number().int().nonnegative(),
  /** Epochs that were unproven and whose windows were still open. */
  unproven: z.array(z.number().int().nonnegative()),
  /** Up to this epoch, missed epochs have been counted. */
  newestClosed: z.number().int(),
});
export type Remembered = z.infer<typeof Remembered>;

/** What one run passes to the next of a rollup's epochs. */
export type RememberedEpochs = Pick<Remembered, 'unproven' | 'newestClosed'>;

/** A rollup on L1, and how far the fleet has got with its epochs. */
export interface RollupProgress {
  readonly view: RollupView;
  readonly epochs: readonly EpochProgress[];
}

/** A value of a metric without dimensions. */
export interface Measurement {
  readonly name: PlainMetricName;
  readonly value: number;
  /** Details, for the log. */
  readonly properties?: Readonly<Record<string, number | string>>;
}

export interface Observation {
  /** The current state; safe to record more than once. */
  readonly state: readonly Measurement[];
  /** What has happened since the last run: to be recorded once. */
  readonly events: readonly Measurement[];
  readonly remembered: Remembered;
}

/** Measures the outbox, which needs nothing from L1. */
export function measureOutbox(open: readonly RootRecord[], nowMs: number): readonly Measurement[] {
  const oldest = open.toSorted((a, b) => a.storedAtMs - b.storedAtMs)[0];
  const ageSeconds = oldest === undefined ? 0 : Math.max(0, (nowMs - oldest.storedAtMs) / 1000);
  return [
    { name: 'OpenRoots', value: open.length },
    {
      name: 'OutboxAgeSeconds',
      value: ageSeconds,
      ...(oldest !== undefined && {
        properties: { epoch: oldest.epoch, epochId: oldest.epochId, state: oldest.state },
      }),
    },
  ];
}

/** The epochs to read from the ledger: those that are open on L1, and those to judge. */
export function epochsToRead(view: RollupView, before: RememberedEpochs | undefined): readonly EpochOnL1[] {
  const numbers = new Set([...view.unproven.map(({ epoch }) => epoch), ...toJudge(view, before)]);
  return [...numbers]
    .toSorted((a, b) => a - b)
    .map((epoch) => ({ epoch, deadlineAtMs: epochDeadlineAtMs(epoch, view.timing) }));
}

/**
 * Measures L1, and what has changed since the last run.
 * @param epochs what the ledger knows of {@link epochsToRead}
 * @param before `undefined` in the first run, which cannot know what has changed, and in the first of another rollup
 * @param others further rollups whose epochs the fleet still proves: the most urgent epoch may be theirs
 */
export function measureL1(
  view: L1View,
  epochs: readonly EpochProgress[],
  before: Remembered | undefined,
  others: readonly RollupProgress[] = [],
): Observation {
  const { tips, unproven, gasPriceWei, balancesWei, followed } = view;
  const least = balancesWei.reduce<bigint | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined);
  const pruned = before === undefined ? 0 : Math.max(0, before.pendingCheckpoint - tips.pendingCheckpoint);
  return {
    state: [
      { name: 'L1PendingCheckpoint', value: tips.pendingCheckpoint },
      { name: 'L1ProvenCheckpoint', value: tips.provenCheckpoint },
      { name: 'UnprovenEpochs', value: unproven.length },
      { name: 'L1GasPriceGwei', value: Number(formatGwei(gasPriceWei)) },
      ...(least === undefined ? [] : [{ name: 'PublisherBalanceEth', value: Number(formatEther(least)) } as const]),
      ...measureUrgency([{ view, epochs }, ...others]),
    ],
    events: [
      { name: 'L1ReorgBlocks', value: followed.replaced },
      { name: 'CheckpointsPruned', value: pruned },
      measureMissed({ view, epochs }, before),
    ],
    remembered: {
      rollup: view.rollup,
      blocks: [...followed.blocks],
      pendingCheckpoint: tips.pendingCheckpoint,
      ...rememberEpochs(view, before),
    },
  };
}

/** The epochs that were missed since the last run. */
export function measureMissed({ view, epochs }: RollupProgress, before: RememberedEpochs | undefined): Measurement {
  const missed = toJudge(view, before).filter((epoch) => find(epochs, epoch)?.state !== 'proven');
  return {
    name: 'EpochsMissed',
    value: missed.length,
    ...(missed.length > 0 && { properties: { rollup: view.rollup, epochs: missed.join(',') } }),
  };
}

/** What the next run has to know of the rollup's epochs. */
export function rememberEpochs(
  { unproven, newestClosed }: RollupView,
  before: RememberedEpochs | undefined,
): RememberedEpochs {
  return {
    unproven: stillOpen([...(before?.unproven ?? []), ...unproven.map(({ epoch }) => epoch)], newestClosed),
    // An L1 node that lags behind must not take back a verdict.
    newestClosed: Math.max(newestClosed, before?.newestClosed ?? newestClosed),
  };
}

/** Of the most urgent epoch. Empty when nothing is unproven: no value is better than a meaningless one. */
function measureUrgency(rollups: readonly RollupProgress[]): readonly Measurement[] {
  const [urgent] = rollups
    .flatMap(({ view: { rollup, unproven, atMs }, epochs }) =>
      unproven.map(({ epoch, deadlineAtMs }) => {
        const known = find(epochs, epoch);
        const slackSeconds = (deadlineAtMs - atMs) / 1000 - (known?.pathSeconds ?? 0);
        return { properties: { rollup, epoch }, known, slackSeconds };
      }),
    )
    .toSorted((a, b) => a.slackSeconds - b.slackSeconds);
  if (urgent === undefined) return [];
  const { properties, known, slackSeconds } = urgent;
  return [
    { name: 'EpochSlackSeconds', value: slackSeconds, properties },
    ...(known === undefined
      ? []
      : [
          { name: 'EpochPathSeconds', value: known.pathSeconds, properties } as const,
          { name: 'EpochJobsLeft', value: known.jobsLeft, properties } as const,
        ]),
  ];
}

/** Epochs whose windows have closed since the last run. */
function toJudge({ newestClosed }: RollupView, before: RememberedEpochs | undefined): readonly number[] {
  if (before === undefined) return [];
  return before.unproven.filter((epoch) => epoch > before.newestClosed && epoch <= newestClosed);
}

function stillOpen(epochs: readonly number[], newestClosed: number): number[] {
  return [...new Set(epochs)].filter((epoch) => epoch > newestClosed).toSorted((a, b) => a - b);
}

function find(epochs: readonly EpochProgress[], epoch: number): EpochProgress | undefined {
  return epochs.find((each) => each.epoch === epoch);
}
