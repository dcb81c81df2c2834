import { formatEther, formatGwei } from 'viem';
import { z } from 'zod';

import type { RootRecord } from '../ledger/outbox.ts';
import type { PlainMetricName } from '../telemetry/metrics.ts';
import { RollupId } from '../proving-job/epoch-id.ts';
import { SeenBlock } from './follow-blocks.ts';
import { epochDeadlineAtMs } from '../l1/epoch-timing.ts';
import type { EpochOnL1, L1View } from './read-l1-view.ts';
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
export function epochsToRead(view: L1View, before: Remembered | undefined): readonly EpochOnL1[] {
  const numbers = new Set([...view.unproven.map(({ epoch }) => epoch), ...toJudge(view, before)]);
  return [...numbers]
    .toSorted((a, b) => a - b)
    .map((epoch) => ({ epoch, deadlineAtMs: epochDeadlineAtMs(epoch, view.timing) }));
}

/**
 * Measures L1, and what has changed since the last run.
 * @param epochs what the ledger knows of {@link epochsToRead}
 * @param before `undefined` in the first run, which cannot know what has changed, and in the first of another rollup
 */
export function measureL1(view: L1View, epochs: readonly EpochProgress[], before: Remembered | undefined): Observation {
  const { tips, unproven, newestClosed, gasPriceWei, balancesWei, followed } = view;
  const least = balancesWei.reduce<bigint | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined);
  const missed = toJudge(view, before).filter((epoch) => find(epochs, epoch)?.state !== 'proven');
  const pruned = before === undefined ? 0 : Math.max(0, before.pendingCheckpoint - tips.pendingCheckpoint);
  return {
    state: [
      { name: 'L1PendingCheckpoint', value: tips.pendingCheckpoint },
      { name: 'L1ProvenCheckpoint', value: tips.provenCheckpoint },
      { name: 'UnprovenEpochs', value: unproven.length },
      { name: 'L1GasPriceGwei', value: Number(formatGwei(gasPriceWei)) },
      ...(least === undefined ? [] : [{ name: 'PublisherBalanceEth', value: Number(formatEther(least)) } as const]),
      ...measureUrgency(view, epochs),
    ],
    events: [
      { name: 'L1ReorgBlocks', value: followed.replaced },
      { name: 'CheckpointsPruned', value: pruned },
      {
        name: 'EpochsMissed',
        value: missed.length,
        ...(missed.length > 0 && { properties: { rollup: view.rollup, epochs: missed.join(',') } }),
      },
    ],
    remembered: {
      rollup: view.rollup,
      blocks: [...followed.blocks],
      pendingCheckpoint: tips.pendingCheckpoint,
      unproven: stillOpen([...(before?.unproven ?? []), ...unproven.map(({ epoch }) => epoch)], newestClosed),
      // An L1 node that lags behind must not take back a verdict.
      newestClosed: Math.max(newestClosed, before?.newestClosed ?? newestClosed),
    },
  };
}

/** Of the most urgent epoch. Empty when nothing is unproven: no value is better than a meaningless one. */
function measureUrgency({ rollup, unproven, atMs }: L1View, epochs: readonly EpochProgress[]): readonly Measurement[] {
  const slackSeconds = ({ epoch, deadlineAtMs }: EpochOnL1): number =>
    (deadlineAtMs - atMs) / 1000 - (find(epochs, epoch)?.pathSeconds ?? 0);
  const urgent = unproven.toSorted((a, b) => slackSeconds(a) - slackSeconds(b))[0];
  if (urgent === undefined) return [];
  const properties = { rollup, epoch: urgent.epoch };
  const known = find(epochs, urgent.epoch);
  return [
    { name: 'EpochSlackSeconds', value: slackSeconds(urgent), properties },
    ...(known === undefined
      ? []
      : [
          { name: 'EpochPathSeconds', value: known.pathSeconds, properties } as const,
          { name: 'EpochJobsLeft', value: known.jobsLeft, properties } as const,
        ]),
  ];
}

/** Epochs whose windows have closed since the last run. */
function toJudge({ newestClosed }: L1View, before: Remembered | undefined): readonly number[] {
  if (before === undefined) return [];
  return before.unproven.filter((epoch) => epoch > before.newestClosed && epoch <= newestClosed);
}

function stillOpen(epochs: readonly number[], newestClosed: number): number[] {
  return [...new Set(epochs)].filter((epoch) => epoch > newestClosed).toSorted((a, b) => a - b);
}

function find(epochs: readonly EpochProgress[], epoch: number): EpochProgress | undefined {
  return epochs.find((each) => each.epoch === epoch);
}
