import type { Fault } from '../../../shared/drills/drill-record.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { type AgentControl, AgentOutOfReachError } from './agent-control.ts';
import { type DrillFleet, readDrillFleet } from './drill-fleet.ts';
import { type DrillLimits, reasonsAgainstDrill } from './drill-guard.ts';

/** An agent that is to be stopped or killed. */
export interface TargetAgent {
  readonly record: AgentRecord;
  readonly control: AgentControl;
}

/** What a drill is about to do. */
export interface DrillPlan {
  readonly fault: Fault;
  /** How long the fault lasts, where it lasts. */
  readonly seconds: number;
  /** The epochs whose jobs are compared before and after. */
  readonly open: readonly EpochRecord[];
  /** Set for faults of agents. */
  readonly agent: TargetAgent | undefined;
}

/** The fleet must not be drilled now, or has nothing to hit. Nothing was changed. */
export class DrillRefusedError extends Error {
  override readonly name = 'DrillRefusedError';
  readonly reasons: readonly string[];

  constructor(reasons: readonly string[]) {
    super(`no drill now: ${reasons.join('; ')}`);
    this.reasons = reasons;
  }
}

interface PlanDrillOptions extends DrillLimits {
  readonly fault: Fault;
  readonly seconds: number;
  /** The agent that the operator has named. */
  readonly agentId: string | undefined;
  readonly nowMs: () => number;
  /** @throws {AgentOutOfReachError} */
  readonly findControl: (agent: AgentRecord) => Promise<AgentControl>;
}

/**
 * Decides what a drill would do, and changes nothing.
 * @throws {DrillRefusedError} @throws {AgentOutOfReachError}
 */
export async function planDrill(
  engine: Engine,
  { fault, seconds, agentId, nowMs, findControl, ...limits }: PlanDrillOptions,
): Promise<DrillPlan> {
  const fleet = await readDrillFleet(engine, nowMs());
  const { open } = fleet;
  const hitsAgent = fault === 'stop-agent' || fault === 'kill-agent';
  const named = hitsAgent ? candidates(fleet, agentId) : [];
  const reasons = [
    ...reasonsAgainstDrill(fleet, limits),
    ...(fault !== 'fail-rpc' && open.length === 0
      ? ['no epoch is being proven, so no job can be hit: run it again while one is']
      : []),
    ...(hitsAgent ? reasonsAgainstTargets(fleet, named, agentId) : []),
  ];
  if (reasons.length > 0) throw new DrillRefusedError(reasons);
  return { fault, seconds, open, agent: hitsAgent ? await firstInReach(named, findControl) : undefined };
}

/** Those with the least to lose come first: an agent that has just begun its job. */
function candidates({ agents, held }: DrillFleet, agentId: string | undefined): readonly AgentRecord[] {
  if (agentId !== undefined) return agents.filter((agent) => agent.agentId === agentId);
  const begunAtMs = (agent: AgentRecord): number =>
    Math.max(0, ...held.flatMap(({ lease }) => (lease?.agentId === agent.agentId ? [lease.claimedAtMs] : [])));
  return agents
    .filter(({ state }) => state === 'proving' || state === 'idle')
    .toSorted((one, other) => begunAtMs(other) - begunAtMs(one));
}

function reasonsAgainstTargets(
  { agents }: DrillFleet,
  [first]: readonly AgentRecord[],
  agentId: string | undefined,
): readonly string[] {
  if (first === undefined) {
    const ids = agents.map((agent) => agent.agentId);
    const known = ids.length === 0 ? 'no agent was seen in the last minute' : `the agents are ${ids.join(', ')}`;
    return [agentId === undefined ? known : `unknown agent ${agentId}: ${known}`];
  }
  const takesOver = agents.some(
    (agent) =>
      agent.agentId !== first.agentId &&
      agent.networkVersion === first.networkVersion &&
      first.pools.every((pool) => agent.pools.includes(pool)),
  );
  return takesOver ? [] : [`no other agent takes the jobs of agent ${first.agentId}: start another one first`];
}

async function firstInReach(
  agents: readonly AgentRecord[],
  findControl: PlanDrillOptions['findControl'],
): Promise<TargetAgent> {
  let outOfReach: AgentOutOfReachError | undefined;
  for (const record of agents) {
    try {
      return { record, control: await findControl(record) };
    } catch (error) {
      if (!(error instanceof AgentOutOfReachError)) throw error;
      outOfReach ??= error;
    }
  }
  throw outOfReach ?? new DrillRefusedError(['no agent was seen in the last minute']);
}
