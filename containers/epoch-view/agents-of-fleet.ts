import type { AgentRecord } from '../../shared/ledger/agent-registry.ts';
import type { FleetDecisionRecord } from '../../shared/ledger/decision-log.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { AgentsAhead, AgentSlots } from '../../shared/merge-tree/prediction/agents-ahead.ts';
import type { SpeedsOfPool } from '../../shared/merge-tree/progress/timed-jobs.ts';
import { CIRCUIT_CATALOGUE } from '../../shared/proving-job/circuit-catalogue.ts';
import { Pool } from '../../shared/proving-job/circuit-family.ts';
import { isBinary } from '../../shared/proving-job/epoch-shape.ts';
import type { SpeedClass } from '../../shared/proving-job/speed-class.ts';

/** An older decision says nothing of the agents that are coming: the scaler decides once a minute. */
const DECISION_MS = 5 * 60_000;
/** From the order for an agent to its first claim, and with the scaler's pause before the order. */
const START_UP_SECONDS = 75;
const SCALING_SECONDS = 120;
/** The scaler has roots proven this long before their deadline. */
const RESERVE_SECONDS = 420;

/** The circuits and keys that an agent must have to prove for an epoch. */
type Proves = Pick<EpochRecord, 'networkVersion' | 'shape'>;

/** The agents of a fleet that prove for these epochs: those that were seen, and those that the scaler has ordered. */
export function agentsOfFleet(
  agents: readonly AgentRecord[],
  decision: FleetDecisionRecord | undefined,
  epoch: Proves,
  nowMs: number,
): AgentsAhead {
  const own = agents.filter((agent) => isAtWork(agent) && proves(agent, epoch));
  const up = [...Map.groupBy(own, ({ pools }) => pools.join()).values()].map((alike): AgentSlots => ({
    pools: alike[0]?.pools ?? [],
    slots: alike.length,
    inSeconds: 0,
  }));
  const isScaled = decision !== undefined && nowMs - decision.atMs < DECISION_MS;
  if (!isScaled) return { slots: up, scaling: undefined };
  const coming = decision.pools.flatMap(({ pool, spot, od }): readonly AgentSlots[] => {
    const slots = spot + od - own.filter(({ pools }) => pools.includes(pool)).length;
    return slots > 0 ? [{ pools: [pool], slots, inSeconds: START_UP_SECONDS }] : [];
  });
  const scaling = {
    pools: Pool.options.filter((pool) => decision.pools.some((decided) => decided.pool === pool)),
    startUpSeconds: SCALING_SECONDS,
    reserveSeconds: RESERVE_SECONDS,
  };
  return { slots: [...up, ...coming], scaling };
}

/**
 * The speeds of a version's agents by pool, of those that measure theirs.
 * @param otherwise where none of a pool does
 */
export function speedsOfFleet(
  agents: readonly AgentRecord[],
  otherwise: SpeedClass | undefined,
): (networkVersion: string) => SpeedsOfPool {
  return (networkVersion) => (pool) => {
    const own = agents.filter(
      (agent) => isAtWork(agent) && agent.networkVersion === networkVersion && agent.pools.includes(pool),
    );
    const known = own.flatMap(({ speedClass }) => speedClass ?? []);
    return known.length === 0 && otherwise !== undefined ? [otherwise] : known;
  };
}

function isAtWork({ state }: AgentRecord): boolean {
  return state !== 'stopped' && state !== 'draining';
}

/** Agents of a family other than Aztec's have no version of it. */
function proves({ family, networkVersion }: AgentRecord, epoch: Proves): boolean {
  const wanted = familyOf(epoch);
  return family.split(',').includes(wanted) && (wanted !== 'aztec' || networkVersion === epoch.networkVersion);
}

function familyOf({ shape }: Proves): string {
  return shape === undefined || !isBinary(shape) ? 'aztec' : CIRCUIT_CATALOGUE[shape.root].family;
}
