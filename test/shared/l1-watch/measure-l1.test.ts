import { parseEther, parseGwei } from 'viem';
import { describe, expect, it } from 'vitest';

import type { EpochProgress } from '../../../shared/l1-watch/read-epochs.ts';
import type { L1View } from '../../../shared/l1-watch/read-l1-view.ts';
import {
  epochsToRead,
  type Measurement,
  measureOutbox,
  type Remembered,
  measureL1,
} from '../../../shared/l1-watch/measure-l1.ts';
import type { RootRecord } from '../../../shared/ledger/outbox.ts';
import { makeRollupId } from '../../../shared/proving-job/epoch-id.ts';
import { ROLLUP } from '../../fixtures/epoch-id.ts';

const AT_MS = 1_800_000_000_000;

function aView(change: Partial<L1View> = {}): L1View {
  return {
    rollup: ROLLUP,
    timing: { genesisAtSeconds: 0, slotSeconds: 72, epochSlots: 32, proofSubmissionEpochs: 1 },
    atMs: AT_MS,
    tips: { pendingCheckpoint: 12, provenCheckpoint: 8 },
    unproven: [
      { epoch: 5, deadlineAtMs: AT_MS + 1_000_000 },
      { epoch: 6, deadlineAtMs: AT_MS + 3_000_000 },
    ],
    newestUnproven: 6,
    newestClosed: 3,
    gasPriceWei: parseGwei('1.5'),
    balancesWei: [parseEther('2'), parseEther('0.25')],
    followed: { blocks: [{ number: 7, hash: '0x07' }], replaced: 0 },
    ...change,
  };
}

function anEpoch(epoch: number, change: Partial<EpochProgress> = {}): EpochProgress {
  return { epoch, state: 'proving', pathSeconds: 400, jobsLeft: 30, ...change };
}

function aMemory(change: Partial<Remembered> = {}): Remembered {
  return { blocks: [], pendingCheckpoint: 12, unproven: [], newestClosed: 3, ...change };
}

function valueOf(name: Measurement['name'], measurements: readonly Measurement[]): number | undefined {
  return measurements.find((measurement) => measurement.name === name)?.value;
}

describe('measureL1', () => {
  it('records the tips, the price of gas, and the lowest balance', () => {
    const { state } = measureL1(aView(), [], undefined);
    expect(valueOf('L1PendingCheckpoint', state)).toBe(12);
    expect(valueOf('L1ProvenCheckpoint', state)).toBe(8);
    expect(valueOf('UnprovenEpochs', state)).toBe(2);
    expect(valueOf('L1GasPriceGwei', state)).toBe(1.5);
    expect(valueOf('PublisherBalanceEth', state)).toBe(0.25);
  });

  it('records no balance when there is no account to watch', () => {
    expect(valueOf('PublisherBalanceEth', measureL1(aView({ balancesWei: [] }), [], undefined).state)).toBeUndefined();
  });

  it('considers the epoch with the least slack most urgent: the window left, less the chain of jobs', () => {
    const epochs = [anEpoch(5), anEpoch(6, { pathSeconds: 2_900, jobsLeft: 700 })];
    const { state } = measureL1(aView(), epochs, undefined);
    expect(valueOf('EpochSlackSeconds', state)).toBe(100);
    expect(valueOf('EpochPathSeconds', state)).toBe(2_900);
    expect(valueOf('EpochJobsLeft', state)).toBe(700);
    expect(state.find(({ name }) => name === 'EpochSlackSeconds')?.properties).toEqual({ rollup: ROLLUP, epoch: 6 });
  });

  it('considers the epochs of other rollups as well, and records one slack for all', () => {
    const rollup = makeRollupId(1, `0x${'0'.repeat(39)}9`);
    const view = aView({ rollup, unproven: [{ epoch: 90, deadlineAtMs: AT_MS + 500_000 }] });
    const { state } = measureL1(aView(), [], undefined, [{ view, epochs: [anEpoch(90)] }]);
    const slack = state.filter(({ name }) => name === 'EpochSlackSeconds');
    expect(slack).toEqual([{ name: 'EpochSlackSeconds', value: 100, properties: { rollup, epoch: 90 } }]);
    expect(valueOf('UnprovenEpochs', state)).toBe(2);
  });

  it('records the time left of an epoch that no node has taken up, and nothing about its jobs', () => {
    const { state } = measureL1(aView(), [], undefined);
    expect(valueOf('EpochSlackSeconds', state)).toBe(1_000);
    expect(valueOf('EpochJobsLeft', state)).toBeUndefined();
  });

  it('records no slack when nothing is unproven', () => {
    const { state } = measureL1(aView({ unproven: [] }), [], undefined);
    expect(valueOf('EpochSlackSeconds', state)).toBeUndefined();
    expect(valueOf('UnprovenEpochs', state)).toBe(0);
  });

  it('counts an epoch as missed once, when its window has closed and the ledger has no proof of it', () => {
    const open = measureL1(aView(), [], aMemory()).remembered;
    expect(open.unproven).toEqual([5, 6]);

    const closing = aView({ newestClosed: 5, unproven: [{ epoch: 6, deadlineAtMs: AT_MS + 1 }] });
    const first = measureL1(closing, [anEpoch(5, { state: 'failed' })], open);
    expect(valueOf('EpochsMissed', first.events)).toBe(1);
    expect(first.events.find(({ name }) => name === 'EpochsMissed')?.properties).toEqual({
      rollup: ROLLUP,
      epochs: '5',
    });
    expect(valueOf('EpochsMissed', measureL1(closing, [], first.remembered).events)).toBe(0);
  });

  it('counts an epoch that no node has taken up as missed too', () => {
    const { events } = measureL1(aView({ newestClosed: 6 }), [], aMemory({ unproven: [5, 6] }));
    expect(valueOf('EpochsMissed', events)).toBe(2);
  });

  it('counts no epoch that is proven, or that closed before the first run', () => {
    const closing = aView({ newestClosed: 5 });
    expect(
      valueOf('EpochsMissed', measureL1(closing, [anEpoch(5, { state: 'proven' })], aMemory({ unproven: [5] })).events),
    ).toBe(0);
    expect(valueOf('EpochsMissed', measureL1(closing, [], undefined).events)).toBe(0);
  });

  it('reads the epochs that are open and those to judge', () => {
    expect(
      epochsToRead(aView({ newestClosed: 4 }), aMemory({ unproven: [2, 4, 5] })).map(({ epoch }) => epoch),
    ).toEqual([4, 5, 6]);
    expect(epochsToRead(aView(), undefined)).toEqual([
      { epoch: 5, deadlineAtMs: 7 * 32 * 72_000 },
      { epoch: 6, deadlineAtMs: 8 * 32 * 72_000 },
    ]);
  });

  it('keeps its verdict when an L1 node lags behind the one read before', () => {
    const { remembered } = measureL1(aView({ newestClosed: 2 }), [], aMemory({ newestClosed: 4, unproven: [4] }));
    expect(remembered.newestClosed).toBe(4);
    expect(valueOf('EpochsMissed', measureL1(aView({ newestClosed: 4 }), [], remembered).events)).toBe(0);
  });

  it('records replaced blocks and pruned checkpoints, but not in the first run', () => {
    const view = aView({
      tips: { pendingCheckpoint: 9, provenCheckpoint: 8 },
      followed: { blocks: [], replaced: 2 },
    });
    const { events } = measureL1(view, [], aMemory({ pendingCheckpoint: 12 }));
    expect(valueOf('L1ReorgBlocks', events)).toBe(2);
    expect(valueOf('CheckpointsPruned', events)).toBe(3);
    expect(valueOf('CheckpointsPruned', measureL1(view, [], undefined).events)).toBe(0);
    expect(valueOf('CheckpointsPruned', measureL1(aView(), [], aMemory({ pendingCheckpoint: 3 })).events)).toBe(0);
  });
});

describe('measureOutbox', () => {
  const root = (epoch: number, storedAtMs: number): RootRecord =>
    ({ epoch, storedAtMs, state: 'waiting' }) as RootRecord;

  it('records how long the oldest root has waited', () => {
    const measured = measureOutbox([root(5, AT_MS - 30_000), root(4, AT_MS - 90_000)], AT_MS);
    expect(valueOf('OpenRoots', measured)).toBe(2);
    expect(valueOf('OutboxAgeSeconds', measured)).toBe(90);
  });

  it('records zero when nothing waits', () => {
    expect(valueOf('OutboxAgeSeconds', measureOutbox([], AT_MS))).toBe(0);
  });
});
