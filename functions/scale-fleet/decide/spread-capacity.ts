import type { CapacityState, PoolMemory, PoolState } from './fleet-state.ts';

/** How a pool's agents are bought. */
export interface Spread {
  readonly spot: number;
  readonly od: number;
  readonly reason: string | undefined;
  readonly memory: PoolMemory;
}

/** After this many start-ups, ordered Spot agents count as missing. */
const SHORT_START_UPS = 1.5;
/** How long Spot is avoided after it had no agents to give. */
const DRY_MS = 10 * 60_000;
/** If this share of the running agents is taken back within ten minutes, it is more than bad luck. */
const STORM_SHARE = 0.3;
const STORM_LEAST = 3;

/** The agents of each capacity that are proving: no decision goes below them. */
export interface Busy {
  readonly spot: number;
  readonly od: number;
}

/** How far an epoch is from its deadline, seen by a pool. */
export interface PoolSlack {
  readonly seconds: number;
  /** With more than this the epoch survives the loss of an agent. */
  readonly safeSeconds: number;
  /** The agents that the epoch has jobs for. @default all of the pool */
  readonly agents?: number;
}

/** The share of an epoch's agents that is bought on demand, because their loss could cost the epoch. */
export function shareOnDemand({ seconds, safeSeconds }: PoolSlack): number {
  return Math.min(1, Math.max(0, 1 - Math.max(0, seconds) / safeSeconds));
}

/**
 * Buys `agents` as Spot, except for three parts that are bought on demand: the share that always is, a larger share as slack
 * falls below `safeSeconds` and an interruption could cost the epoch, and what Spot does not give. On-demand agents that are
 * proving are kept, since replacing a running machine costs another start. An epoch that streams has jobs for them without end:
 * once Spot has agents again, as many come as the deadlines need, so that those on demand run out of jobs.
 *
 * @param agents at least as many as are busy
 * @param leastAgents what the deadlines need of a pool of an epoch that streams
 */
export function spreadCapacity(
  { agents, leastAgents }: { readonly agents: number; readonly leastAgents: number },
  busy: Busy,
  { limits, capacity, startUpSeconds, spotRefusals, spotInterruptions }: PoolState,
  slack: PoolSlack,
  known: PoolMemory | undefined,
  nowMs: number,
): Spread {
  const { spot } = capacity;
  const isShort = spot.running < spot.desired;
  // As long as some come up, the rest will follow: large orders are filled bit by bit.
  const comesUp = spot.running > (known?.spotRunning ?? Infinity);
  const shortSinceMs = isShort ? Math.min((comesUp ? undefined : known?.spotShortSinceMs) ?? nowMs, nowMs) : undefined;
  const isMissing = shortSinceMs !== undefined && nowMs - shortSinceMs >= SHORT_START_UPS * startUpSeconds * 1000;
  const isStorm = spotInterruptions >= Math.max(STORM_LEAST, STORM_SHARE * spot.running);
  const isThin = slack.seconds < 2 * slack.safeSeconds;
  const turnsDry = isMissing || spotRefusals > 0 || (isStorm && isThin);
  const knownDryMs = Math.min(known?.spotDryUntilMs ?? 0, nowMs + DRY_MS);
  const dryUntilMs = turnsDry ? nowMs + DRY_MS : knownDryMs;
  const isDry = dryUntilMs > nowMs;

  const share = shareOnDemand(slack);
  const keptOnDemand = Math.ceil((limits.onDemandShare ?? 0) * agents);
  const wanted = Math.max(
    Math.round(share * Math.min(agents, slack.agents ?? agents)),
    keptOnDemand,
    isDry ? agents - spot.running : 0,
  );
  const od = Math.max(busy.od, Math.min(wanted, agents - busy.spot));
  const memory: PoolMemory = {
    spotRunning: spot.running,
    ...(shortSinceMs !== undefined && !turnsDry && { spotShortSinceMs: shortSinceMs }),
    ...(isDry && { spotDryUntilMs: dryUntilMs }),
  };
  const kept = agents - od;
  // Beside those on demand that prove already, whatever the slack; Spot that fails now replaces nobody.
  const spotAgents = Math.max(kept, isDry || isStorm ? 0 : leastAgents - Math.max(0, od - busy.od));
  const reasons = [
    reasonOf(od, isDry, share, keptOnDemand),
    ...(spotAgents > kept ? [`${spotAgents - kept} more on Spot, to take their jobs over`] : []),
  ].filter((reason) => reason !== undefined);
  return { spot: spotAgents, od, reason: reasons.length === 0 ? undefined : reasons.join('; '), memory };
}

/** How many agents are proving. When the agents and the ledger disagree, the larger number counts, Spot first. */
export function busyOf(capacity: PoolState['capacity'], runningAgents: number | undefined): Busy {
  const spot = capacity.spot.busy ?? unknownBusy(capacity.spot, runningAgents);
  const od = capacity.od.busy ?? unknownBusy(capacity.od, runningAgents);
  const unreported = Math.max(0, (runningAgents ?? 0) - spot - od);
  const moreSpot = Math.min(unreported, Math.max(0, capacity.spot.running - spot));
  const moreOd = Math.min(unreported - moreSpot, Math.max(0, capacity.od.running - od));
  return { spot: spot + moreSpot, od: od + moreOd };
}

/** When it is unknown who is proving: all of them, unless no job runs according to the ledger. */
function unknownBusy({ running }: CapacityState, runningAgents: number | undefined): number {
  return runningAgents === 0 ? 0 : running;
}

function reasonOf(od: number, isDry: boolean, share: number, kept: number): string | undefined {
  if (od === 0) return undefined;
  if (isDry) return `${od} on demand, because Spot has no capacity`;
  if (od === kept) return `${od} on demand, the configured share`;
  return share > 0 ? `${od} on demand, because there is little slack` : `${od} on demand, which are proving`;
}
