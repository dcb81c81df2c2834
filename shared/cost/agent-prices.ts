import type { Pool } from '../proving-job/circuit-family.ts';
import { AWS_PRICES, FARGATE_SPOT } from './aws-prices.ts';

/** Fargate bills by the second from the start of the image's download, and this at least. */
export const LEAST_BILLED_SECONDS = 60;

/** The size of an agent of each Fargate pool. */
export const FARGATE_SIZES: Readonly<
  Record<Exclude<Pool, 'gpu'>, { readonly vcpus: number; readonly memoryGb: number }>
> = {
  small: { vcpus: 4, memoryGb: 16 },
  medium: { vcpus: 8, memoryGb: 32 },
  large: { vcpus: 16, memoryGb: 120 },
};

/** The price of one agent on x86. */
export function fargateDollarsPerHour(pool: keyof typeof FARGATE_SIZES, capacity: 'spot' | 'od'): number {
  const { vcpus, memoryGb } = FARGATE_SIZES[pool];
  const onDemand = vcpus * AWS_PRICES.fargateVcpuHours.dollars + memoryGb * AWS_PRICES.fargateGibHours.dollars;
  return capacity === 'spot' ? onDemand * FARGATE_SPOT.share : onDemand;
}
