import type { CapacityState, PoolMemory, PoolState } from './fleet-state.ts';

/** How a pool's agents are bought. */
export interface Spread {
  readonly spot: number;
  readonly od: number;
  readonly reason: string | undefined;
  readonly memory: PoolMemory;
}

/** Spot agents that were ordered may take so many start-ups before they count as missing. */
const SHORT_START_UPS = 1.5;
/** How long Spot is left alone after it had nothing to give. */
const DRY_MS = 10 * 60_000;
/** So many agents taken back within ten minutes, of those that run, are more than bad luck. */
const STORM_SHARE = 0.3;
const STORM_LEAST = 3;

/** The agents of each capacity that prove: no fewer are wanted. */
export interface Busy {
  readonly spot: number;
  readonly od: number;
}

/**
 * Buys `agents` as Spot, except: the share that is always on demand, as much as an interruption would cost the epoch (its
 * slack shrinks below `safeSeconds`), and what Spot does not give, at once. Agents on demand that prove are kept: to swap a machine that is
 * up costs another start.
 *
 * @param agents no fewer than are busy
 */
export function spreadCapacity(
  agents: number,
  busy: Busy,
  { limits, capacity, startUpSeconds, spotRefusals, spotInterruptions }: PoolState,
  slack: { readonly seconds: number; readonly safeSeconds: number },
  known: PoolMemory | undefined,
  nowMs: number,
): Spread {
  const { spot } = capacity;
  const isShort = spot.running < spot.desired;
  // As long as some come up, the rest are on their way: large orders are placed bit by bit.
  const comesUp = spot.running > (known?.spotRunning ?? Infinity);
  const shortSinceMs = isShort ? Math.min((comesUp ? undefined : known?.spotShortSinceMs) ?? nowMs, nowMs) : undefined;
  const isMissing = shortSinceMs !== undefined && nowMs - shortSinceMs >= SHORT_START_UPS * startUpSeconds * 1000;
  const isStorm = spotInterruptions >= Math.max(STORM_LEAST, STORM_SHARE * spot.running);
  const isThin = slack.seconds < 2 * slack.safeSeconds;
  const turnsDry = isMissing || spotRefusals > 0 || (isStorm && isThin);
  const knownDryMs = Math.min(known?.spotDryUntilMs ?? 0, nowMs + DRY_MS);
  const dryUntilMs = turnsDry ? nowMs + DRY_MS : knownDryMs;
  const isDry = dryUntilMs > nowMs;

  const share = Math.min(1, Math.max(0, 1 - Math.max(0, slack.seconds) / slack.safeSeconds));
  const kept = Math.ceil((limits.onDemandShare ?? 0) * agents);
  const wanted = Math.max(Math.round(share * agents), kept, isDry ? agents - spot.running : 0);
  const od = Math.max(busy.od, Math.min(wanted, agents - busy.spot));
  const memory: PoolMemory = {
    spotRunning: spot.running,
    ...(shortSinceMs !== undefined && !turnsDry && { spotShortSinceMs: shortSinceMs }),
    ...(isDry && { spotDryUntilMs: dryUntilMs }),
  };
  return { spot: agents - od, od, reason: reasonOf(od, isDry, share, kept), memory };
}

/** Who proves, when the agents' own word and the ledger's differ: the larger number, Spot first. */
export function busyOf(capacity: PoolState['capacity'], runningAgents: number | undefined): Busy {
  const spot = capacity.spot.busy ?? unknownBusy(capacity.spot, runningAgents);
  const od = capacity.od.busy ?? unknownBusy(capacity.od, runningAgents);
  const untold = Math.max(0, (runningAgents ?? 0) - spot - od);
  const moreSpot = Math.min(untold, Math.max(0, capacity.spot.running - spot));
  const moreOd = Math.min(untold - moreSpot, Math.max(0, capacity.od.running - od));
  return { spot: spot + moreSpot, od: od + moreOd };
}

/** Nobody said who proves: all of them, unless the ledger says that no job runs. */
function unknownBusy({ running }: CapacityState, runningAgents: number | undefined): number {
  return runningAgents === 0 ? 0 : running;
}

function reasonOf(od: number, isDry: boolean, share: number, kept: number): string | undefined {
  if (od === 0) return undefined;
  if (isDry) return `${od} on demand, because Spot has none to give`;
  if (od === kept) return `${od} on demand, the share that always is`;
  return share > 0 ? `${od} on demand, because the slack is small` : `${od} on demand, which prove`;
}
