import type { Pool } from '../proving-job/circuit-catalogue.ts';
import type { AwsPrice } from './aws-prices.ts';

/** Fargate, Linux on x86, US East (N. Virginia): by the second from the start of the image's download, a minute at least. */
export const FARGATE_PRICES = {
  od: {
    vcpuHours: {
      dollars: 0.04048,
      per: 1,
      unit: 'vCPU-hours of Fargate',
      asOf: '2026-11',
      source: 'https://awsi.click/en/articles/ecs-fargate-cost-architecture/ (as stored, undated)',
    },
    gbHours: {
      dollars: 0.004445,
      per: 1,
      unit: 'GB-hours of Fargate',
      asOf: '2026-11',
      source: 'https://awsi.click/en/articles/ecs-fargate-cost-architecture/ (as stored, undated)',
    },
  },
  /** AWS moves it slowly, 50 to 70 % below on-demand; this is 67 % below. */
  spot: {
    vcpuHours: {
      dollars: 0.01334053,
      per: 1,
      unit: 'vCPU-hours of Fargate Spot',
      asOf: '2026-11',
      source:
        'https://tomgregory.com/aws/aws-fargate-spot-vs-fargate-price-comparison/ (as stored, undated; eu-west-1)',
    },
    gbHours: {
      dollars: 0.00146489,
      per: 1,
      unit: 'GB-hours of Fargate Spot',
      asOf: '2026-11',
      source:
        'https://tomgregory.com/aws/aws-fargate-spot-vs-fargate-price-comparison/ (as stored, undated; eu-west-1)',
    },
  },
} as const satisfies Record<string, Record<string, AwsPrice>>;

export const LEAST_BILLED_SECONDS = 60;

/** What an agent of each Fargate pool is made of. */
export const FARGATE_SIZES: Readonly<
  Record<Exclude<Pool, 'gpu'>, { readonly vcpus: number; readonly memoryGb: number }>
> = {
  small: { vcpus: 4, memoryGb: 16 },
  medium: { vcpus: 8, memoryGb: 32 },
  large: { vcpus: 16, memoryGb: 120 },
};

export function fargateDollarsPerHour(pool: keyof typeof FARGATE_SIZES, capacity: keyof typeof FARGATE_PRICES): number {
  const { vcpuHours, gbHours } = FARGATE_PRICES[capacity];
  const { vcpus, memoryGb } = FARGATE_SIZES[pool];
  return vcpus * vcpuHours.dollars + memoryGb * gbHours.dollars;
}
