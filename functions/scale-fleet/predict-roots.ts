import type { AgentGroup } from '../../shared/agent-fleet/agent-fleet.ts';
import type { FleetPools } from '../../shared/agent-fleet/fleet-pools.ts';
import type { PredictedRoot } from '../../shared/ledger/decision-log.ts';
import type { AgentsAhead, AgentSlots } from '../../shared/merge-tree/prediction/agents-ahead.ts';
import type { EpochPrediction } from '../../shared/merge-tree/prediction/predict-epochs.ts';
import { type FleetUnderWay, predictFleet, predictionsById } from '../../shared/merge-tree/prediction/predict-fleet.ts';
import type { Pool } from '../../shared/proving-job/circuit-family.ts';
import type { EpochId } from '../../shared/proving-job/epoch-id.ts';
import type { FleetDecision, ScalingPolicy } from './decide/fleet-state.ts';

export interface PredictRootsInput extends Pick<FleetUnderWay, 'open' | 'latest' | 'earlier' | 'proven' | 'nowMs'> {
  readonly pools: FleetPools;
  readonly groups: readonly AgentGroup[];
  readonly decision: FleetDecision;
  readonly policy: ScalingPolicy;
}

/** From a job's last child to its message at an agent. */
const HOP_SECONDS = 1;
/** Between two decisions. */
const DECISION_SECONDS = 60;

/** When the open epochs' roots will be proven, by the agents that run and those that were just decided on. */
export function predictRoots(input: PredictRootsInput): ReadonlyMap<EpochId, PredictedRoot> {
  const { nowMs, policy } = input;
  const agents = agentsAhead(input);
  const groups = predictFleet({
    ...input,
    agentsOf: () => agents,
    order: 'lanes',
    hopSeconds: HOP_SECONDS,
    submissionSeconds: policy.submissionSeconds,
  });
  return new Map(
    [...predictionsById(groups)].flatMap(([id, prediction]) => {
      const root = recordOf(prediction, nowMs);
      return root === undefined ? [] : [[id, root] as const];
    }),
  );
}

function agentsAhead({ pools, groups, decision, policy }: PredictRootsInput): AgentsAhead {
  const limits = Object.entries(pools) as [Pool, NonNullable<FleetPools[Pool]>][];
  const slots = limits.flatMap(([pool, { slotsPerAgent, startUpSeconds }]): readonly AgentSlots[] => {
    const { spot = 0, od = 0 } = decision.pools[pool] ?? {};
    const running = groups.reduce((sum, group) => sum + (group.pool === pool ? group.running : 0), 0);
    return [
      { pools: [pool], slots: running * slotsPerAgent, inSeconds: 0 },
      { pools: [pool], slots: (spot + od - running) * slotsPerAgent, inSeconds: startUpSeconds },
    ];
  });
  const startUps = limits.map(([, { startUpSeconds }]) => startUpSeconds);
  return {
    slots: slots.filter((group) => group.slots > 0),
    scaling: {
      pools: limits.filter(([, { maxAgents }]) => maxAgents > 0).map(([pool]) => pool),
      startUpSeconds: Math.max(0, ...startUps) + DECISION_SECONDS / 2,
      reserveSeconds: policy.marginSeconds,
    },
  };
}

function recordOf({ rootInSeconds, chanceInTime }: EpochPrediction, nowMs: number): PredictedRoot | undefined {
  const { early, likely, late } = rootInSeconds;
  if (late === Infinity) return undefined;
  const at = (seconds: number): number => Math.round(nowMs + seconds * 1000);
  return {
    earlyAtMs: at(early),
    likelyAtMs: at(likely),
    lateAtMs: at(late),
    ...(chanceInTime !== undefined && { chanceInTime }),
  };
}
