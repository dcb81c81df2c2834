import { describe, expect, it } from 'vitest';

import { decideFleet } from '../../../../functions/scale-fleet/decide/decide-fleet.ts';
import { fleetLoads } from '../../../../functions/scale-fleet/decide/fleet-loads.ts';
import type { EpochLoad, FleetDecision, FleetState } from '../../../../functions/scale-fleet/decide/fleet-state.ts';
import { streamedLoad } from '../../../../functions/scale-fleet/decide/streamed-load.ts';
import { decisionRecord } from '../../../../functions/scale-fleet/decision-record.ts';
import { FleetDecisionRecord } from '../../../../shared/ledger/decision-log.ts';
import type { EpochRecord } from '../../../../shared/ledger/epoch-ledger.ts';
import type { CircuitTally } from '../../../../shared/ledger/job-ledger.ts';
import { STREAMED_RANGE } from '../../../../shared/ledger/streamed-epoch.ts';
import type { CircuitStandings } from '../../../../shared/merge-tree/progress/circuit-standings.ts';
import { LearnedDurations } from '../../../../shared/merge-tree/progress/learned-durations.ts';
import { namesOfEpoch } from '../../../fixtures/epoch-id.ts';
import {
  circuit,
  counts,
  firstCheckpoints,
  standings,
  WHOLE_EPOCH,
} from '../../../shared/merge-tree/forecast/a-stream.ts';
import { agents, aPool, aState, NOW_MS, START_UP_SECONDS } from './a-fleet-state.ts';

const EPOCH_SECONDS = 2304;
const EMPTY_EPOCH = {
  INBOX_PARITY: 32,
  BLOCK_ROOT_NO_TXS_ROLLUP: 32,
  CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP: 32,
  CHECKPOINT_MERGE_ROLLUP: 30,
  ROOT_ROLLUP: 1,
};

function recordOf(number: number, endsInSeconds: number): EpochRecord {
  const endsAtMs = NOW_MS + endsInSeconds * 1000;
  return {
    ...namesOfEpoch(number),
    rangeId: STREAMED_RANGE,
    networkVersion: '6.0.0',
    deadlineAtMs: endsAtMs + EPOCH_SECONDS * 1000,
    state: 'proving',
    attempt: 1,
    openedAtMs: endsAtMs - (EPOCH_SECONDS - 96) * 1000,
    attemptAtMs: NOW_MS,
  };
}

/** An epoch of 6.0 that ends in so many seconds, or has ended. */
function stream(
  epoch: CircuitStandings,
  endsInSeconds: number,
  earlier: Readonly<Record<string, number>> | undefined,
  number = 7,
): EpochLoad {
  const endsAtMs = NOW_MS + endsInSeconds * 1000;
  return streamedLoad({
    epoch: recordOf(number, endsInSeconds),
    clock: { startsAtMs: endsAtMs - EPOCH_SECONDS * 1000, endsAtMs },
    standings: epoch,
    earlier: earlier === undefined ? [] : [counts(earlier)],
    durations: new LearnedDurations('6.0.0', []),
    slotsOf: () => ({ slots: 0, startUpSeconds: START_UP_SECONDS }),
    nowMs: NOW_MS,
  }).load;
}

function decide(...epochs: EpochLoad[]): FleetDecision {
  return decideFleet(aState({ epochs }));
}

function agentsIn({ pools }: FleetDecision, pool: 'small' | 'medium' | 'large'): number {
  return (pools[pool]?.spot ?? 0) + (pools[pool]?.od ?? 0);
}

describe('the fleet of an epoch that streams', () => {
  it('lets the jobs of a quiet epoch wait while an agent would idle between checkpoints', () => {
    const quiet = standings({ INBOX_PARITY: [0, 8], BLOCK_ROOT_NO_TXS_ROLLUP: [0, 8] });
    const decision = decide(stream(quiet, 0.75 * EPOCH_SECONDS, EMPTY_EPOCH));

    expect([agentsIn(decision, 'small'), agentsIn(decision, 'medium'), agentsIn(decision, 'large')]).toEqual([0, 0, 0]);
    expect(decision.pools.medium?.isPostponed).toBe(true);
    expect(decision.pools.medium?.reason).toContain('it waits until that keeps one more agent busy');
    expect(decision.outlooks[0]?.slackSeconds).toBeGreaterThan(420);
  });

  it('wakes an agent once there is work for it until the epoch ends', () => {
    const waited = standings({ INBOX_PARITY: [0, 26], BLOCK_ROOT_NO_TXS_ROLLUP: [0, 26] });
    const decision = decide(stream(waited, 0.19 * EPOCH_SECONDS, EMPTY_EPOCH));

    expect(agentsIn(decision, 'medium')).toBe(1);
    expect(agentsIn(decision, 'large')).toBe(0);
  });

  it('has cheaper pools done when the epoch ends, and then at once, so that the dearest never waits for them', () => {
    const cheap = aPool({ spot: agents(0, { dollarsPerHour: 0.07 }) });
    const smallFor = (small: ReturnType<typeof aPool>, epoch: EpochLoad): number =>
      agentsIn(decideFleet(aState({ pools: { small, medium: aPool(), large: aPool() }, epochs: [epoch] })), 'small');
    const half = standings({ PUBLIC_VM: [200, 0], BLOCK_ROOT_ROLLUP: [60, 100] });
    const growing = stream(half, 0.4 * EPOCH_SECONDS, WHOLE_EPOCH);
    const ended = stream(half, -300, WHOLE_EPOCH);

    expect(smallFor(cheap, growing)).toBeGreaterThan(smallFor(aPool(), growing));
    expect(smallFor(cheap, ended)).toBeGreaterThanOrEqual((100 * 75) / 300);
    expect(smallFor(cheap, ended)).toBeGreaterThan(smallFor(aPool(), ended));
  });

  it('has the agents of the top tree up when the epoch ends, and orders them no earlier', () => {
    const proven = standings({ INBOX_PARITY: [31, 0], BLOCK_ROOT_NO_TXS_ROLLUP: [31, 0] });
    const agentsAt = (endsInSeconds: number): number =>
      agentsIn(decide(stream(proven, endsInSeconds, EMPTY_EPOCH)), 'large');

    expect(agentsAt(START_UP_SECONDS + 61)).toBe(0);
    // 32 × 73 s and a root of 93 s, in 2304 − 420 − 180 − 75 s less the way up.
    expect(agentsAt(START_UP_SECONDS)).toBe(2);
  });

  it('has none up for a top tree whose checkpoints are not proven', () => {
    const unproven = standings({ INBOX_PARITY: [0, 31], BLOCK_ROOT_NO_TXS_ROLLUP: [0, 31] });
    expect(agentsIn(decide(stream(unproven, START_UP_SECONDS, EMPTY_EPOCH)), 'large')).toBe(0);
  });

  it('counts the checkpoints to come, and says what of it is forecast', () => {
    // The node has the eighth checkpoint 24 s after its slot.
    const endsInSeconds = 0.75 * EPOCH_SECONDS - 24;
    const load = stream(firstCheckpoints(8), endsInSeconds, WHOLE_EPOCH);
    const decision = decide(load);

    // 320 proofs of 180 s and as many of 47 s, 32 of 75 s and the root.
    const largeSeconds = 320 * (180 + 47) + 32 * 75 + 93;
    expect(load.pools.large?.workSeconds).toBeCloseTo(largeSeconds);
    expect(load.stream?.knownSeconds).toBeCloseTo(80 * (180 + 16.4 + 24.5) + 8 * 16.9);
    expect(load.stream).toMatchObject({ earlierEpochs: 1, orphans: 0 });
    expect(agentsIn(decision, 'large')).toBeGreaterThan(largeSeconds / (endsInSeconds + EPOCH_SECONDS));
    expect(decision.pools.large?.reason).toMatch(/ s of work in \d+ s, and \d+ s forecast in all/);
  });

  it('orders no agent for what is only forecast', () => {
    const proven = standings({ INBOX_PARITY: [2, 0], PUBLIC_VM: [20, 0], PUBLIC_TX_BASE_ROLLUP: [20, 0] });
    const decision = decide(stream(proven, 2000, WHOLE_EPOCH));

    expect(agentsIn(decision, 'large')).toBe(0);
    expect(decision.pools.large?.reason).toContain('only 0 would have jobs');
  });

  it('shows the top tree in the longest path, from the end of the epoch on', () => {
    const { pathSeconds } = stream(standings({ INBOX_PARITY: [8, 0] }), 1000, undefined);
    expect(pathSeconds).toBeGreaterThan(1000 + 75 + 93);
    expect(pathSeconds).toBeLessThan(1000 + 1.3 * (16.9 + 47 + 10 + 75 + 15 + 75 + 4 * 10.2 + 93) + 1);
  });

  it('does not widen for an ended epoch because the next has many leaves', () => {
    const last = standings({ CHECKPOINT_ROOT_ROLLUP: [29, 3], CHECKPOINT_MERGE_ROLLUP: [28, 0] });
    const ended = stream(last, -1500, undefined, 6);
    const busy = stream(firstCheckpoints(20), 804, WHOLE_EPOCH);
    const alone = agentsIn(decide(busy), 'large');

    expect(agentsIn(decide(ended, busy), 'large')).toBeLessThanOrEqual(alone + 3);
  });

  it('widens for a job of an ended epoch that was sent again, and waits behind the leaves of the next', () => {
    const late = standings({ PUBLIC_VM: [319, 1] });
    const busy = stream(firstCheckpoints(20), 804, WHOLE_EPOCH);
    const largeFor = (endedSeconds: number): number =>
      agentsIn(decide(stream(late, -endedSeconds, undefined, 6), busy), 'large');

    expect(largeFor(1500)).toBeGreaterThan(180);
    expect(largeFor(300)).toBeLessThan(60);
  });

  it('buys on demand no more than an ended epoch has jobs when its slack is thin', () => {
    const last = standings({ ROOT_ROLLUP: [0, 1] });
    const ended = stream(last, -(EPOCH_SECONDS - 300), undefined, 6);
    const busy = stream(firstCheckpoints(4), 2000, WHOLE_EPOCH);
    const pools = { large: aPool({ spot: agents(30) }) };
    const { large } = decideFleet(aState({ pools, epochs: [ended, busy] })).pools;

    expect(large?.od).toBeLessThanOrEqual(1);
    expect(large?.spot).toBeGreaterThan(10);
  });

  it('replaces agents on demand by Spot once there is Spot again, and stops none that proves', () => {
    const busy = stream(firstCheckpoints(20), 804, WHOLE_EPOCH);
    const onDemand = agents(25, { busy: 25 });
    const decide25 = (change: Partial<Parameters<typeof aPool>[0]>): FleetDecision['pools']['large'] =>
      decideFleet(aState({ pools: { large: aPool({ od: onDemand, ...change }) }, epochs: [busy] })).pools.large;
    const least = agentsIn(decide(busy), 'large');

    expect(least).toBeGreaterThan(10);
    expect(decide25({})).toMatchObject({ spot: least, od: 25 });
    expect(decide25({})?.reason).toContain('more on Spot, to take their jobs over');
    expect(decide25({ spotRefusals: 1 })?.spot).toBe(0);
    expect(decide25({ spotInterruptions: 9 })?.spot).toBe(0);
    const few = decide25({ limits: { floor: 0, ceiling: 30, slotsPerAgent: 1 } });
    expect((few?.spot ?? 0) + (few?.od ?? 0)).toBe(30);
  });

  it('parks what a prune has left behind', () => {
    const whole = Object.fromEntries(Object.entries(WHOLE_EPOCH).map(([name, jobs]) => [name, [jobs, 0] as const]));
    const epoch = standings({ ...whole, PUBLIC_VM: [320, 50], ROOT_ROLLUP: [0, 1] });
    const load = stream(epoch, -600, undefined);

    expect(load.stream).toMatchObject({ orphans: 50, forecastSeconds: 0 });
    expect(load.pools.large).toMatchObject({ waitingJobs: 1, workSeconds: 93 });
    expect(agentsIn(decide(load), 'large')).toBe(1);
  });

  it('reports no orphan as a job that waits for agents', () => {
    const tallied = (proven: number, queued: number): CircuitTally => ({
      proven,
      rejected: 0,
      queued: new Map([['large', queued]]),
      leased: [],
    });
    const record = recordOf(7, -600);
    const loadsOf = (rootsAsked: number): ReturnType<typeof fleetLoads> =>
      fleetLoads({
        latest: [record],
        live: [
          {
            epoch: record,
            tally: new Map([
              [circuit('PUBLIC_VM'), tallied(320, 50)],
              [circuit('ROOT_ROLLUP'), tallied(0, rootsAsked)],
            ]),
          },
        ],
        proven: [],
        growing: undefined,
        slotsOf: () => ({ slots: 0, startUpSeconds: START_UP_SECONDS }),
        nowMs: NOW_MS,
      });

    expect(loadsOf(0).jobs.large.waiting).toBe(50);
    expect(loadsOf(1).jobs.large.waiting).toBe(1);
    expect(loadsOf(1).epochs[0]?.stream?.orphans).toBe(50);
  });

  it('is recorded with what was known and what was forecast', () => {
    const state: FleetState = aState({ epochs: [stream(firstCheckpoints(8), 1728, WHOLE_EPOCH)] });
    const record = FleetDecisionRecord.parse(decisionRecord(state, decideFleet(state)));

    expect(record.epochs[0]?.stream).toEqual(state.epochs?.[0]?.stream);
    expect(record.epochs[0]?.stream?.forecastSeconds).toBeGreaterThan(10_000);
  });
});
