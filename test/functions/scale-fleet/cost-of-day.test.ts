import { describe, expect, it } from 'vitest';

import { costOfDay } from '../../../functions/scale-fleet/cost-of-day.ts';
import type { AgentGroup } from '../../../shared/agent-fleet/agent-fleet.ts';
import { FleetPools } from '../../../shared/agent-fleet/fleet-pools.ts';

const AT_MS = Date.parse('2026-11-25T12:00:00Z');
const PRICE = { spot: 1, od: 3 };

function group(capacity: AgentGroup['capacity'], desired = 0, running = desired): AgentGroup {
  return { pool: 'small', capacity, desired, running };
}

describe('costOfDay', () => {
  const pools = FleetPools.parse({ small: { maxAgents: 10, dollarsPerHour: PRICE } });
  const groups = [group('spot', 4), group('od', 9, 2)];
  const minute = (count: number): number => AT_MS + count * 60_000;

  it('adds what the running agents cost since the last count', () => {
    const first = costOfDay(undefined, groups, pools, minute(0));
    expect(first).toEqual({ day: '2026-11-25', dollars: 0, countedUntilMs: minute(0) });
    expect(costOfDay(first, groups, pools, minute(6)).dollars).toBeCloseTo((4 * 1 + 2 * 3) / 10);
  });

  it('counts no minute twice, even if a run is repeated or the clock is set back', () => {
    const first = costOfDay(costOfDay(undefined, groups, pools, minute(0)), groups, pools, minute(6));
    expect(costOfDay(first, groups, pools, minute(6))).toEqual(first);
    expect(costOfDay(first, groups, pools, minute(3))).toEqual(first);
  });

  it('charges nothing for a long gap between two counts', () => {
    const first = costOfDay(undefined, groups, pools, minute(0));
    expect(costOfDay(first, groups, pools, minute(180)).dollars).toBeCloseTo(10 / 4);
  });

  it('starts again from zero at midnight UTC', () => {
    const before = { day: '2026-11-24', dollars: 70, countedUntilMs: Date.parse('2026-11-24T23:57:00Z') };
    const after = costOfDay(before, groups, pools, Date.parse('2026-11-25T00:03:00Z'));
    expect(after.day).toBe('2026-11-25');
    expect(after.dollars).toBeCloseTo(10 / 20);
  });
});
