import { Capacity } from '../../shared/agent-fleet/agent-fleet.ts';
import type { Ec2PoolConfig } from '../config/agent-pool-config.ts';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import { linesOf } from '../config/lines-of.ts';

/** A quota of the account, by AWS's codes for it. */
export interface Quota {
  readonly service: 'fargate' | 'ec2' | 'lambda';
  readonly code: string;
  readonly name: string;
}

export interface NeededQuota extends Quota {
  readonly needed: number;
}

/** A type of instance as EC2 describes it. */
export interface InstanceType {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMib: number;
}

const FARGATE: Readonly<Record<Capacity, Quota>> = {
  spot: { service: 'fargate', code: 'L-36FBB829', name: 'Fargate Spot vCPU resource count' },
  od: { service: 'fargate', code: 'L-3032A538', name: 'Fargate On-Demand vCPU resource count' },
};
const STANDARD: Readonly<Record<Capacity, Quota>> = {
  spot: { service: 'ec2', code: 'L-34B43A08', name: 'All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests' },
  od: { service: 'ec2', code: 'L-1216C47A', name: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances' },
};
const GPU: Readonly<Record<Capacity, Quota>> = {
  spot: { service: 'ec2', code: 'L-3819A6DF', name: 'All G and VT Spot Instance Requests' },
  od: { service: 'ec2', code: 'L-DB2E81BA', name: 'Running On-Demand G and VT instances' },
};
const LAMBDA: NeededQuota = { service: 'lambda', code: 'L-B99A9384', name: 'Concurrent executions', needed: 1000 };

/**
 * The quotas that the environment needs with every pool of every line at its `maxAgents`, all of one capacity.
 * @param types the types that the pools on instances may use
 */
export function neededQuotas(
  config: Pick<EnvironmentConfig, 'lines' | 'pools' | 'node'>,
  types: readonly InstanceType[],
): readonly NeededQuota[] {
  const needed = new Map<Quota, number>();
  const add = (quota: Quota, vcpus: number): unknown => needed.set(quota, (needed.get(quota) ?? 0) + vcpus);
  const lines = linesOf(config);
  for (const { node } of lines) add(FARGATE.od, node.vcpu);
  for (const pool of lines.flatMap(({ pools }) => Object.values(pools)).filter((pool) => pool !== undefined)) {
    for (const capacity of Capacity.options) {
      if (pool.launch === 'fargate') add(FARGATE[capacity], pool.maxAgents * pool.vcpu);
      else add(quotaOf(pool)[capacity], pool.maxAgents * vcpusOfInstance(pool, types));
    }
  }
  return [...[...needed].map(([quota, vcpus]) => ({ ...quota, needed: vcpus })), LAMBDA];
}

function quotaOf({ instanceTypes }: Ec2PoolConfig): Readonly<Record<Capacity, Quota>> {
  return instanceTypes.every((type) => /^(g|vt)\d/.test(type)) ? GPU : STANDARD;
}

/** An agent takes a whole instance, and the quota counts all of it: the smallest that the agent fits into. */
function vcpusOfInstance(pool: Ec2PoolConfig, types: readonly InstanceType[]): number {
  const fitting = types.filter(
    ({ name, vcpus, memoryMib }) => matches(pool, name) && vcpus >= pool.vcpu && memoryMib >= pool.memoryGib * 1024,
  );
  return fitting.length === 0 ? pool.vcpu : Math.min(...fitting.map(({ vcpus }) => vcpus));
}

/** Whether the pool may run on instances of that type. */
export function matches({ instanceTypes }: Ec2PoolConfig, name: string): boolean {
  return instanceTypes.some((type) => (type.endsWith('*') ? name.startsWith(type.slice(0, -1)) : name === type));
}
