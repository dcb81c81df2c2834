import type { FleetDecisionRecord, PredictedRoot } from '../../shared/ledger/decision-log.ts';
import type { PoolLoad } from '../../shared/merge-tree/progress/work-left.ts';
import { Pool } from '../../shared/proving-job/circuit-family.ts';
import type { EpochId } from '../../shared/proving-job/epoch-id.ts';
import type { EpochLoad, FleetDecision, FleetState } from './decide/fleet-state.ts';

/**
 * The record of a decision: what it was based on, what it says, and why.
 * @param roots when the open epochs' roots are predicted to be proven
 */
export function decisionRecord(
  state: FleetState,
  decision: FleetDecision,
  roots: ReadonlyMap<EpochId, PredictedRoot> = new Map(),
): FleetDecisionRecord {
  const epochs = state.epochs ?? [];
  return {
    kind: 'fleet',
    atMs: decision.atMs,
    epochs: epochs.flatMap(({ id, epoch, deadlineAtMs, pathSeconds, stream }) => {
      const outlook = decision.outlooks.find((each) => each.id === id);
      if (outlook === undefined) return [];
      const root = roots.get(id);
      const { slackSeconds } = outlook;
      const known = { ...(stream !== undefined && { stream }), ...(root !== undefined && { root }) };
      return [{ epochId: id, epoch, deadlineAtMs, pathSeconds, slackSeconds, ...known }];
    }),
    pools: Pool.options.flatMap((pool) => {
      const [decided, poolState] = [decision.pools[pool], state.pools[pool]];
      if (decided === undefined || poolState === undefined) return [];
      const { spot, od } = poolState.capacity;
      const loads = epochs.flatMap((epoch: EpochLoad) => epoch.pools[pool] ?? []);
      const total = (valueOf: (load: PoolLoad) => number): number =>
        loads.reduce((sum, load) => sum + valueOf(load), 0);
      return [
        {
          pool,
          spotInterruptions: poolState.spotInterruptions,
          spotRefusals: poolState.spotRefusals,
          was: { spot: spot.desired, od: od.desired, running: spot.running + od.running },
          spot: decided.spot,
          od: decided.od,
          dollarsPerHour: spot.running * spot.dollarsPerHour + od.running * od.dollarsPerHour,
          ...(spot.isPriceAtMost && spot.running > 0 && { isPriceAtMost: true as const }),
          workSeconds: Math.round(total((load) => load.workSeconds)),
          waitingJobs: total((load) => load.waitingJobs),
          runningJobs: total((load) => load.runningJobs),
          reason: decided.reason,
        },
      ];
    }),
    dollarsPerHour: decision.dollarsPerHour,
    reason: decision.reason,
  };
}
