import { expect, it } from 'vitest';

import { poolStates } from '../../functions/scale-fleet/decide/pool-states.ts';
import { agentDollarsPerHour } from '../../infra/agent-price.ts';
import type { AgentPoolConfig } from '../../infra/config/agent-pool-config.ts';
import { PoolLimits } from '../../shared/agent-fleet/fleet-pools.ts';
import { anEnvironment } from './an-environment.ts';

const { large } = anEnvironment().pools;

function priceOf(spot: number | 'unknown'): ReturnType<typeof agentDollarsPerHour> {
  if (large.launch !== 'ec2') throw new Error('unreachable: the pool has instances');
  const pool: AgentPoolConfig = { ...large, dollarsPerHour: { ...large.dollarsPerHour, spot } };
  return agentDollarsPerHour(pool);
}

it('counts Spot of an unknown price as on demand, with the fee, and says that it is at most that', () => {
  expect(priceOf(1.6)).toEqual({ spot: 2.0452, od: 4.1552 });
  expect(priceOf('unknown')).toEqual({ spot: 4.1552, od: 4.1552, isSpotAtMost: true });
});

it('reaches the scaler, which records it with its decision', () => {
  const jobs = { waiting: 0, running: 0 };
  const capacityOf = (spot: number | 'unknown') => {
    const limits = PoolLimits.parse({ maxAgents: 2, dollarsPerHour: priceOf(spot) });
    const groups = [{ pool: 'large' as const, capacity: 'spot' as const, desired: 1, running: 1 }];
    const none = { small: jobs, medium: jobs, large: jobs, gpu: jobs };
    return poolStates({ large: limits }, groups, none, [], 0).large?.capacity;
  };
  expect(capacityOf('unknown')?.spot).toMatchObject({ dollarsPerHour: 4.1552, isPriceAtMost: true });
  expect(capacityOf('unknown')?.od).not.toHaveProperty('isPriceAtMost');
  expect(capacityOf(1.6)?.spot).not.toHaveProperty('isPriceAtMost');
});
