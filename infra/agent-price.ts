import { AWS_PRICES, FARGATE_SPOT, managedInstanceFee } from '../shared/cost/aws-prices.ts';
import type { PoolLimits } from '../shared/agent-fleet/fleet-pools.ts';
import type { AgentPoolConfig } from './config/agent-pool-config.ts';

/** The price of one agent-hour in the pool, in dollars. Spot never costs more than on demand. */
export function agentDollarsPerHour(pool: AgentPoolConfig): PoolLimits['dollarsPerHour'] {
  if (pool.launch === 'ec2') {
    const { spot, od } = pool.dollarsPerHour;
    const fee = od * managedInstanceFee(pool.instanceTypes);
    return spot === 'unknown'
      ? { spot: roundToMicros(od + fee), od: roundToMicros(od + fee), isSpotAtMost: true }
      : { spot: roundToMicros(spot + fee), od: roundToMicros(od + fee) };
  }
  const isArm = pool.architecture === 'arm64';
  const vcpuHours = isArm ? AWS_PRICES.fargateArmVcpuHours : AWS_PRICES.fargateVcpuHours;
  const gibHours = isArm ? AWS_PRICES.fargateArmGibHours : AWS_PRICES.fargateGibHours;
  const od = (pool.vcpu * vcpuHours.dollars) / vcpuHours.per + (pool.memoryGib * gibHours.dollars) / gibHours.per;
  return { spot: roundToMicros(od * FARGATE_SPOT.share), od: roundToMicros(od) };
}

function roundToMicros(dollars: number): number {
  return Math.round(dollars * 1e6) / 1e6;
}
