import { z } from 'zod';

import type { AgentGroup } from '../../shared/agent-fleet/agent-fleet.ts';
import type { FleetPools } from '../../shared/agent-fleet/fleet-pools.ts';

/** What the agents of one day have cost so far. */
export const CostOfDay = z.strictObject({
  /** In UTC: `2026-11-25`. */
  day: z.iso.date(),
  dollars: z.number().nonnegative(),
  countedUntilMs: z.number().int(),
});
export type CostOfDay = z.infer<typeof CostOfDay>;

const HOUR_MS = 3_600_000;
/** The longest time between two counts that is charged: what ran in a longer gap is unknown, and not guessed. */
const LONGEST_GAP_MS = 15 * 60_000;

/**
 * Adds what the running agents have cost since the last count. An estimate: agents that came and went between two counts
 * are missed, and each running agent is charged for the whole time between them.
 */
export function costOfDay(
  before: CostOfDay | undefined,
  groups: readonly AgentGroup[],
  pools: FleetPools,
  nowMs: number,
): CostOfDay {
  const day = new Date(nowMs).toISOString().slice(0, 'YYYY-MM-DD'.length);
  const midnightMs = Date.parse(day);
  const dollarsPerHour = groups.reduce(
    (sum, { pool, capacity, running }) => sum + running * (pools[pool]?.dollarsPerHour[capacity] ?? 0),
    0,
  );
  const sinceMs = Math.max(before?.countedUntilMs ?? nowMs, midnightMs, nowMs - LONGEST_GAP_MS);
  const hours = Math.max(0, nowMs - sinceMs) / HOUR_MS;
  const soFar = before?.day === day ? before.dollars : 0;
  // If the clock is set back, no hour may count twice.
  const countedUntilMs = before?.day === day ? Math.max(before.countedUntilMs, nowMs) : nowMs;
  return { day, dollars: soFar + dollarsPerHour * hours, countedUntilMs };
}
