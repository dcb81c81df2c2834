import { type Pool, Pool as PoolSchema } from '../../../shared/proving-job/circuit-family.ts';
import { nameEpoch } from '../../../shared/proving-job/name-epoch.ts';
import type {
  EpochLoad,
  EpochOutlook,
  FleetDecision,
  FleetMemory,
  FleetState,
  PoolDecision,
  PoolMemory,
  PoolState,
} from './fleet-state.ts';
import { outlooksOf, type PlanPool, type PlanPools, type PoolPlan, planSlots } from './plan-slots.ts';
import { type Busy, busyOf, type PoolSlack, shareOnDemand, spreadCapacity } from './spread-capacity.ts';
import { withinBudget } from './within-budget.ts';

/** If the last decision is older than this, or in the future, the clock may be wrong: no agent is stopped yet. */
const LONGEST_SILENCE_MS = 10 * 60_000;
/** How much longer than usual a start may take, when slack is weighed against the loss of an agent. */
const SAFE_RESERVE_SECONDS = 60;

/** A pool while it is being decided. */
interface PoolDraft {
  readonly pool: Pool;
  readonly state: PoolState;
  readonly busy: Busy;
  readonly agents: number;
  /** The agents that the rest of the work needs once there are jobs for them. */
  readonly laterAgents: number;
  /** Those that the deadlines need. */
  readonly leastAgents: number;
  readonly isPostponed: boolean;
  readonly reason: string;
}

/** Decides how many agents of each capacity each pool is to have, and why. Pure: the same state, the same decision. */
export function decideFleet(state: FleetState): FleetDecision {
  const { nowMs, policy } = state;
  // An epoch that can no longer be mined in time is worth no agent.
  const epochs = state.epochs?.filter(({ deadlineAtMs }) => deadlineAtMs > nowMs);
  const pools = planPools(state);
  const plans = planSlots(epochs ?? [], pools, policy, nowMs);
  const isHeld = epochs === undefined || isClockInDoubt(state);
  const drafts = PoolSchema.options.flatMap((pool) => {
    const poolState = state.pools[pool];
    const copies = state.copies?.filter(({ record }) => record.pool === pool).length ?? 0;
    return poolState === undefined ? [] : [draftOf(pool, poolState, plans.get(pool), copies, epochs, isHeld)];
  });

  const decided = decidePools(drafts, epochs ?? [], pools, state);
  const outlooksWith = (agents: Decided): EpochOutlook[] =>
    outlooksOf(epochs ?? [], pools, slotsIn(agents, decided.pools, drafts), policy, nowMs);
  const limited = withinBudget(decided.pools, drafts, state.budget, (cut) => leastSlack(outlooksWith(cut)) < 0);
  const outlooks = outlooksWith(limited.pools);
  return {
    atMs: nowMs,
    pools: limited.pools,
    outlooks,
    dollarsPerHour: limited.dollarsPerHour,
    reason: [
      ...reasonsOf(epochs, state, outlooks),
      ...(state.copies ?? []).map(({ reason }) => reason),
      ...limited.reasons,
    ].join('; '),
    memory: { atMs: nowMs, pools: decided.memory },
  };
}

function draftOf(
  pool: Pool,
  state: PoolState,
  plan: PoolPlan | undefined,
  copies: number,
  epochs: readonly EpochLoad[] | undefined,
  isHeld: boolean,
): PoolDraft {
  const { limits, capacity } = state;
  const runningJobs = epochs?.reduce((sum, { pools }) => sum + (pools[pool]?.runningJobs ?? 0), 0);
  const busy = busyOf(capacity, runningJobs === undefined ? undefined : Math.ceil(runningJobs / limits.slotsPerAgent));
  const least = busy.spot + busy.od;
  const planned = Math.ceil((plan?.slots ?? 0) / limits.slotsPerAgent);
  // A copy needs an agent besides those that are proving.
  const wanted = copies === 0 ? planned : Math.max(planned, least + Math.ceil(copies / limits.slotsPerAgent));
  const held = isHeld ? capacity.spot.desired + capacity.od.desired : 0;
  const agents = Math.max(least, Math.min(limits.ceiling, Math.max(wanted, held, limits.floor)));

  const reasons = [plan?.reason ?? 'nothing to prove'];
  if (wanted > planned)
    reasons.push(`${wanted - planned} more for ${copies === 1 ? 'a second copy' : 'second copies'}`);
  if (wanted > limits.ceiling) reasons.push(`${wanted} are needed, but the ceiling is ${limits.ceiling}`);
  if (agents === limits.floor && agents > Math.max(wanted, held)) reasons.push(`the floor is ${limits.floor}`);
  if (least > wanted) reasons.push(`${least} are proving and stay until they are done`);
  const laterAgents = Math.min(limits.ceiling, Math.ceil((plan?.neededSlots ?? 0) / limits.slotsPerAgent));
  const isPostponed = plan?.isPostponed === true && agents === 0;
  const isStream = epochs?.some(({ stream, pools }) => stream !== undefined && pools[pool] !== undefined) === true;
  const leastAgents = isStream
    ? Math.min(limits.ceiling - busy.od, Math.ceil((plan?.leastSlots ?? 0) / limits.slotsPerAgent))
    : 0;
  return { pool, state, busy, agents, laterAgents, leastAgents, isPostponed, reason: reasons.join('; ') };
}

type Decided = Readonly<Partial<Record<Pool, PoolDecision>>>;

interface DecidedPools {
  readonly pools: Decided;
  readonly memory: FleetMemory['pools'];
}

function decidePools(
  drafts: readonly PoolDraft[],
  epochs: readonly EpochLoad[],
  plan: PlanPools,
  { nowMs, policy, memory }: FleetState,
): DecidedPools {
  const slots = new Map(
    drafts.map(({ pool, agents, laterAgents, state: { limits } }) => [
      pool,
      Math.max(agents, laterAgents) * limits.slotsPerAgent,
    ]),
  );
  const outlooks = outlooksOf(epochs, plan, (pool) => slots.get(pool) ?? 0, policy, nowMs);
  const pools: Partial<Record<Pool, PoolDecision>> = {};
  const memories: Partial<Record<Pool, PoolMemory>> = {};
  for (const { pool, state, busy, agents, leastAgents, isPostponed, reason } of drafts) {
    const slack = slackOf(pool, agents, state, epochs, outlooks);
    const spread = spreadCapacity({ agents, leastAgents }, busy, state, slack, memory?.pools[pool], nowMs);
    const reasons = [reason, spread.reason].filter(Boolean).join('; ');
    pools[pool] = { spot: spread.spot, od: spread.od, isPostponed, reason: reasons };
    if (Object.keys(spread.memory).length > 0) memories[pool] = spread.memory;
  }
  return { pools, memory: memories };
}

/** The slack of the epoch for which the pool buys most on demand; of one that streams, only its own agents are at risk. */
function slackOf(
  pool: Pool,
  agents: number,
  { startUpSeconds, limits }: PoolState,
  epochs: readonly EpochLoad[],
  outlooks: readonly EpochOutlook[],
): PoolSlack {
  const streams = epochs.filter(({ stream }) => stream !== undefined);
  const whole = epochs.filter(({ stream }) => stream === undefined);
  const secondsOf = (of: readonly EpochLoad[]): number =>
    leastSlack(outlooks.filter(({ id }) => of.some((epoch) => epoch.id === id && epoch.pools[pool] !== undefined)));
  const longestOf = (of: readonly EpochLoad[]): number =>
    Math.max(0, ...of.map((epoch) => epoch.pools[pool]?.longestSeconds ?? 0));
  const slacks = streams.flatMap((epoch): PoolSlack[] => {
    const load = epoch.pools[pool];
    if (load === undefined) return [];
    const own = Math.ceil((load.runningJobs + load.waitingJobs) / limits.slotsPerAgent);
    // Where another epoch has agents as well, one of them takes the job of one that is lost.
    const startSeconds = agents > own ? 0 : startUpSeconds;
    const safeSeconds = load.longestSeconds + startSeconds + SAFE_RESERVE_SECONDS;
    return [{ seconds: secondsOf([epoch]), safeSeconds, agents: own }];
  });
  // Losing an agent costs the job it had, another start, and the delay of that start.
  const ofWhole = {
    seconds: secondsOf(whole),
    safeSeconds: longestOf(whole) + startUpSeconds + SAFE_RESERVE_SECONDS,
    agents,
  };
  const bought = (slack: PoolSlack): number => shareOnDemand(slack) * (slack.agents ?? agents);
  const [most] = [ofWhole, ...slacks].toSorted(
    (a, b) => bought(b) - bought(a) || a.seconds / a.safeSeconds - b.seconds / b.safeSeconds,
  );
  return most ?? ofWhole;
}

function planPools({ pools }: FleetState): PlanPools {
  const planned = new Map<Pool, PlanPool>();
  for (const [pool, { limits, startUpSeconds, capacity }] of Object.entries(pools) as [Pool, PoolState][]) {
    planned.set(pool, {
      startUpSeconds,
      dollarsPerHour: capacity.spot.dollarsPerHour / limits.slotsPerAgent,
      ordered: (capacity.spot.desired + capacity.od.desired) * limits.slotsPerAgent,
      running: (capacity.spot.running + capacity.od.running) * limits.slotsPerAgent,
    });
  }
  return planned;
}

function isClockInDoubt({ nowMs, memory }: FleetState): boolean {
  return memory !== undefined && (nowMs < memory.atMs || nowMs - memory.atMs > LONGEST_SILENCE_MS);
}

/** The slots that the rest of the work will have: as many as are needed later, unless the budget cuts the pool. */
function slotsIn(agents: Decided, uncut: Decided, drafts: readonly PoolDraft[]): (pool: Pool) => number {
  const slots = new Map<Pool, number>();
  for (const { pool, state, laterAgents } of drafts) {
    const { spot, od } = agents[pool] ?? { spot: 0, od: 0 };
    const isCut = spot + od < (uncut[pool]?.spot ?? 0) + (uncut[pool]?.od ?? 0);
    slots.set(pool, (isCut ? spot + od : Math.max(spot + od, laterAgents)) * state.limits.slotsPerAgent);
  }
  return (pool) => slots.get(pool) ?? 0;
}

function leastSlack(outlooks: readonly EpochOutlook[]): number {
  return Math.min(Infinity, ...outlooks.map(({ slackSeconds }) => slackSeconds));
}

function reasonsOf(
  epochs: readonly EpochLoad[] | undefined,
  state: FleetState,
  outlooks: readonly EpochOutlook[],
): string[] {
  if (epochs === undefined) return ['the ledger could not be read, so no agents are stopped'];
  const doubt = isClockInDoubt(state)
    ? ['the last decision is too old or in the future, so no agents are stopped yet']
    : [];
  if (epochs.length === 0) return ['no epoch is open', ...doubt];
  const known = [...(state.knownEpochs ?? []), ...epochs.map(({ id }) => id)];
  return [
    ...outlooks.map(({ id, slackSeconds }) =>
      slackSeconds < 0
        ? `epoch ${nameEpoch(id, known)} may miss its deadline by ${Math.round(-slackSeconds)} s`
        : `epoch ${nameEpoch(id, known)} is mined at least ${Math.round(slackSeconds)} s before its deadline`,
    ),
    ...doubt,
  ];
}
