import { describe, expect, it } from 'vitest';

import { costOfDay } from '../../functions/scale-fleet/cost-of-day.ts';
import { type FleetMemory, type FleetState, scaleFleet } from '../../functions/scale-fleet/scale-fleet.ts';
import type { AgentGroup } from '../../shared/agent-fleet/agent-fleet.ts';
import { FleetPools, type FleetPoolsInput } from '../../shared/agent-fleet/fleet-pools.ts';

const AT_MS = Date.parse('2026-11-25T12:00:00Z');
const PRICE = { spot: 1, od: 3 };

function aState(
  change: Partial<Omit<FleetState, 'pools' | 'jobs'>> & {
    readonly waiting?: number;
    readonly running?: number;
    readonly small?: Partial<FleetPoolsInput['small']>;
    readonly pools?: FleetPoolsInput;
  } = {},
): FleetState {
  const none = { waiting: 0, running: 0 };
  const { waiting = 0, running = 0, small, pools, ...rest } = change;
  return {
    nowMs: AT_MS,
    pools: FleetPools.parse(pools ?? { small: { maxAgents: 10, dollarsPerHour: PRICE, ...small } }),
    jobs: { small: { waiting, running }, medium: none, large: none, gpu: none },
    groups: [group('spot'), group('od')],
    memory: undefined,
    ...rest,
  };
}

function group(capacity: AgentGroup['capacity'], desired = 0, running = desired): AgentGroup {
  return { pool: 'small', capacity, desired, running };
}

function desiredOf(state: FleetState): { readonly spot: number; readonly od: number } {
  const { groups } = scaleFleet(state);
  const of = (capacity: string): number => groups.find((each) => each.capacity === capacity)?.desired ?? -1;
  return { spot: of('spot'), od: of('od') };
}

describe('scaleFleet', () => {
  it('asks for nothing at rest', () => {
    expect(desiredOf(aState())).toEqual({ spot: 0, od: 0 });
  });

  it('asks for an agent for each job that waits or runs, on Spot', () => {
    expect(desiredOf(aState({ waiting: 4, running: 3 }))).toEqual({ spot: 7, od: 0 });
  });

  it('asks for no more than the limit, and says so', () => {
    const { groups } = scaleFleet(aState({ waiting: 400, running: 3 }));
    expect(groups[0]).toMatchObject({ desired: 10, reason: '400 jobs wait and 3 run; 10 agents are the limit' });
  });

  it('never asks for fewer than there are jobs running, though the limit was lowered', () => {
    expect(desiredOf(aState({ running: 8, waiting: 5, small: { maxAgents: 2 } }))).toEqual({ spot: 8, od: 0 });
  });

  it('decides the same from the same state, and from what it decided before', () => {
    const state = aState({ waiting: 4, running: 1 });
    const first = scaleFleet(state);
    expect(scaleFleet(state)).toEqual(first);
    const again = { ...state, groups: [group('spot', 5), group('od')], memory: first.memory };
    expect(desiredOf(again)).toEqual({ spot: 5, od: 0 });
  });

  it('keeps agents for two minutes after their last job, then asks for none', () => {
    let memory: FleetMemory | undefined = scaleFleet(aState({ waiting: 6 })).memory;
    const groups = [group('spot', 6), group('od')];
    const later = (seconds: number): FleetState => aState({ nowMs: AT_MS + seconds * 1000, groups, memory });
    expect(desiredOf(later(60))).toEqual({ spot: 6, od: 0 });
    memory = scaleFleet(later(60)).memory;
    expect(desiredOf(later(119))).toEqual({ spot: 6, od: 0 });
    expect(desiredOf(later(121))).toEqual({ spot: 0, od: 0 });
  });

  it('lets the last demand go within the limit, when that was lowered meanwhile', () => {
    const { memory } = scaleFleet(aState({ waiting: 9 }));
    expect(desiredOf(aState({ memory, small: { maxAgents: 3 } }))).toEqual({ spot: 3, od: 0 });
  });

  it('forgets what a clock that ran ahead has written', () => {
    const { memory } = scaleFleet(aState({ nowMs: AT_MS + 3_600_000, waiting: 9 }));
    expect(desiredOf(aState({ memory }))).toEqual({ spot: 0, od: 0 });
  });

  it('buys a part on demand when it is told to, rounded up', () => {
    expect(desiredOf(aState({ waiting: 5, small: { onDemandShare: 0.25 } }))).toEqual({ spot: 3, od: 2 });
    expect(desiredOf(aState({ small: { onDemandShare: 0.25 } }))).toEqual({ spot: 0, od: 0 });
  });

  it('buys on demand what Spot has not given for three minutes, and tries Spot again after ten', () => {
    const groups = [group('spot', 8, 2), group('od')];
    let memory: FleetMemory | undefined;
    const run = (seconds: number, now = groups): { spot: number; od: number } => {
      const state = aState({ nowMs: AT_MS + seconds * 1000, running: 2, waiting: 6, groups: now, memory });
      ({ memory } = scaleFleet(state));
      return desiredOf(state);
    };
    expect(run(0)).toEqual({ spot: 8, od: 0 });
    expect(run(170)).toEqual({ spot: 8, od: 0 });
    expect(run(180)).toEqual({ spot: 2, od: 6 });
    const moved = [group('spot', 2), group('od', 6)];
    expect(run(240, moved)).toEqual({ spot: 2, od: 6 });
    expect(run(779, moved)).toEqual({ spot: 2, od: 6 });
    expect(run(781, moved)).toEqual({ spot: 8, od: 0 });
  });

  it('is patient with Spot agents that only take their time to start', () => {
    const { memory } = scaleFleet(aState({ waiting: 4, groups: [group('spot', 4, 1), group('od')] }));
    const started = aState({ nowMs: AT_MS + 200_000, running: 4, groups: [group('spot', 4), group('od')], memory });
    expect(scaleFleet(started).memory.pools.small).not.toHaveProperty('spotShortSinceMs');
  });

  it('asks the one group that a pool has, be it Spot or on demand', () => {
    expect(scaleFleet(aState({ waiting: 3, groups: [group('od')] })).groups).toMatchObject([
      { capacity: 'od', desired: 3 },
    ]);
    const spotOnly = aState({ waiting: 3, groups: [group('spot')], small: { onDemandShare: 1 } });
    expect(scaleFleet(spotOnly).groups).toMatchObject([{ capacity: 'spot', desired: 3 }]);
  });

  it('leaves agents alone whose pool is not named', () => {
    expect(scaleFleet(aState({ groups: [group('spot', 5)], pools: {} })).groups).toEqual([]);
  });
});

describe('costOfDay', () => {
  const pools = FleetPools.parse({ small: { maxAgents: 10, dollarsPerHour: PRICE } });
  const groups = [group('spot', 4), group('od', 9, 2)];
  const minute = (count: number): number => AT_MS + count * 60_000;

  it('adds what the running agents cost since the last count', () => {
    const first = costOfDay(undefined, groups, pools, minute(0));
    expect(first).toEqual({ day: '2026-11-25', dollars: 0, countedUntilMs: minute(0) });
    expect(costOfDay(first, groups, pools, minute(6)).dollars).toBeCloseTo((4 * 1 + 2 * 3) / 10);
  });

  it('counts no minute twice, be a run doubled or the clock set back', () => {
    const first = costOfDay(costOfDay(undefined, groups, pools, minute(0)), groups, pools, minute(6));
    expect(costOfDay(first, groups, pools, minute(6))).toEqual(first);
    expect(costOfDay(first, groups, pools, minute(3))).toEqual(first);
  });

  it('makes up no cost for a time that nobody looked', () => {
    const first = costOfDay(undefined, groups, pools, minute(0));
    expect(costOfDay(first, groups, pools, minute(180)).dollars).toBeCloseTo(10 / 4);
  });

  it('begins anew at midnight in UTC', () => {
    const before = { day: '2026-11-24', dollars: 70, countedUntilMs: Date.parse('2026-11-24T23:57:00Z') };
    const after = costOfDay(before, groups, pools, Date.parse('2026-11-25T00:03:00Z'));
    expect(after.day).toBe('2026-11-25');
    expect(after.dollars).toBeCloseTo(10 / 20);
  });
});
