import { describe, expect, it } from 'vitest';

import { DEFAULT_SCALING_POLICY } from '../../../functions/scale-fleet/decide/fleet-state.ts';
import { predictRoots } from '../../../functions/scale-fleet/predict-roots.ts';
import { FleetPools } from '../../../shared/agent-fleet/fleet-pools.ts';
import type { PredictedRoot } from '../../../shared/ledger/decision-log.ts';
import { openedEpoch } from '../../../shared/ledger/epoch-changes.ts';
import { aNewEpoch } from '../../contract/epoch-ledger.contract.ts';

const NOW_MS = 1_800_000_000_000;
const START_UP_SECONDS = 90;
const LIMITS = { maxAgents: 50, startUpSeconds: START_UP_SECONDS, dollarsPerHour: { spot: 1, od: 2 } };
const POOLS = FleetPools.parse({ small: LIMITS, medium: LIMITS, large: LIMITS });

/** With that many agents of each pool, of which none or all are up. */
function rootWith(ordered: number, running: number, pools = POOLS): PredictedRoot | undefined {
  const shape = [{ blocks: [{ publicTxs: 4, privateTxs: 4 }], l1ToL2Messages: 0 }];
  const epoch = openedEpoch(undefined, { ...aNewEpoch(), shape, deadlineAtMs: NOW_MS + 7_200_000 }, NOW_MS);
  const decided = { spot: ordered, od: 0, isPostponed: false, reason: '' };
  return predictRoots({
    open: [{ epoch, tally: new Map() }],
    latest: [epoch],
    proven: [],
    nowMs: NOW_MS,
    pools,
    groups: (['small', 'medium', 'large'] as const).map((pool) => ({
      pool,
      capacity: 'spot',
      desired: ordered,
      running,
    })),
    decision: {
      atMs: NOW_MS,
      pools: { small: decided, medium: decided, large: decided },
      outlooks: [],
      dollarsPerHour: 0,
      reason: '',
      memory: { atMs: NOW_MS, pools: {} },
    },
    policy: DEFAULT_SCALING_POLICY,
  }).get(epoch.id);
}

describe('the roots that a decision of the scaler predicts', () => {
  it('come with the agents that run, and later with those that are only ordered', () => {
    const [up, ordered] = [rootWith(8, 8), rootWith(8, 0)];
    const secondsLater = (ordered!.likelyAtMs - up!.likelyAtMs) / 1000;
    expect(secondsLater).toBeGreaterThan(START_UP_SECONDS / 2);
    expect(secondsLater).toBeLessThan(START_UP_SECONDS * 2);
    expect(up).toMatchObject({ chanceInTime: 1 });
    expect(up!.earlyAtMs).toBeLessThan(up!.lateAtMs);
  });

  it('come sooner with more agents', () => {
    expect(rootWith(8, 8)!.likelyAtMs).toBeLessThan(rootWith(1, 1)!.likelyAtMs);
  });

  it('are unknown where a pool has no agents and may have none', () => {
    const { large: _large, ...others } = POOLS;
    expect(rootWith(8, 8, others)).toBeUndefined();
  });
});
