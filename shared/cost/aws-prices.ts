/** A price of AWS's in US East (N. Virginia), past the free tier. */
export interface AwsPrice {
  readonly dollars: number;
  /** How many of `unit` it buys. */
  readonly per: number;
  readonly unit: string;
  /** The day, or month, of the source's number. */
  readonly asOf: string;
  readonly source: string;
}

/** AWS's price pages load their tables by script, so most sources are pages that quote the numbers. */
export const AWS_PRICES = {
  /** Of up to 64 KiB, batches and empty receives included. */
  sqsRequests: {
    dollars: 0.4,
    per: 1e6,
    unit: 'requests to standard queues',
    asOf: '2026-03-14',
    source: 'https://cloudburn.io/blog/amazon-sqs-pricing',
  },
  s3Writes: {
    dollars: 0.005,
    per: 1e3,
    unit: 'PUT, COPY, POST and LIST requests (S3 Standard)',
    asOf: '2026-11',
    source: 'https://c3x.dev/blog/s3-request-fees-explained (as stored, undated)',
  },
  s3Reads: {
    dollars: 0.0004,
    per: 1e3,
    unit: 'GET and other requests (S3 Standard)',
    asOf: '2026-11',
    source: 'https://c3x.dev/blog/s3-request-fees-explained (as stored, undated)',
  },
  s3StorageGbMonths: {
    dollars: 0.023,
    per: 1,
    unit: 'GB-months (S3 Standard, first 50 TB)',
    asOf: '2026-11',
    source: 'from memory: https://aws.amazon.com/s3/pricing/ could not be read with its numbers',
  },
  dynamoWriteUnits: {
    dollars: 0.625,
    per: 1e6,
    unit: 'write request units (on demand, Standard class)',
    asOf: '2025-07-21',
    source: 'https://airbyte.com/data-engineering-resources/dynamodb-pricing',
  },
  dynamoReadUnits: {
    dollars: 0.125,
    per: 1e6,
    unit: 'read request units (on demand, Standard class)',
    asOf: '2025-07-21',
    source: 'https://airbyte.com/data-engineering-resources/dynamodb-pricing',
  },
  dynamoStorageGbMonths: {
    dollars: 0.25,
    per: 1,
    unit: 'GB-months (Standard class)',
    asOf: '2026-11',
    source: 'https://aws.amazon.com/dynamodb/pricing/ (an old copy)',
  },
  /** A GetRecords each; the stream's other calls are free, as is what Lambda reads for itself. */
  streamReads: {
    dollars: 0.02,
    per: 1e5,
    unit: 'read requests to DynamoDB Streams',
    asOf: '2026-11',
    source:
      'the number from memory; what counts: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CostOptimization_StreamsUsage.html',
  },
  lambdaRequests: {
    dollars: 0.2,
    per: 1e6,
    unit: 'Lambda invocations',
    asOf: '2026-05-11',
    source: 'https://git.mcrn.ar/mariano/lambda_local_runner docs/lambdas-md/lambda-13-cost.md',
  },
  lambdaGbSeconds: {
    dollars: 0.0000133334,
    per: 1,
    unit: 'GB-seconds of Lambda on Arm',
    asOf: '2026-05-11',
    source: 'https://git.mcrn.ar/mariano/lambda_local_runner docs/lambdas-md/lambda-13-cost.md',
  },
  fargateVcpuHours: {
    dollars: 0.04048,
    per: 1,
    unit: 'vCPU-hours of Fargate on x86, on demand',
    asOf: '2026-03-10',
    source: 'https://www.wring.co/blog/aws-fargate-pricing-guide',
  },
  fargateGibHours: {
    dollars: 0.004445,
    per: 1,
    unit: 'GB-hours of Fargate on x86, on demand',
    asOf: '2026-03-10',
    source: 'https://www.wring.co/blog/aws-fargate-pricing-guide',
  },
  fargateArmVcpuHours: {
    dollars: 0.03238,
    per: 1,
    unit: 'vCPU-hours of Fargate on Arm, on demand',
    asOf: '2026-11',
    source: 'https://www.vantage.sh/blog/fargate-pricing (as stored, undated)',
  },
  fargateArmGibHours: {
    dollars: 0.00356,
    per: 1,
    unit: 'GB-hours of Fargate on Arm, on demand',
    asOf: '2026-11',
    source: 'https://www.vantage.sh/blog/fargate-pricing (as stored, undated)',
  },
  fargateStorageGbHours: {
    dollars: 0.000111,
    per: 1,
    unit: 'GB-hours of Fargate storage beyond 20 GB',
    asOf: '2026-11',
    source: 'from memory: https://aws.amazon.com/fargate/pricing/ could not be read with its numbers',
  },
  endpointHours: {
    dollars: 0.01,
    per: 1,
    unit: 'hours of an interface endpoint in one zone',
    asOf: '2026-05',
    source: 'https://awsnegotiations.com/privatelink-cost-analysis.html',
  },
  publicAddressHours: {
    dollars: 0.005,
    per: 1,
    unit: 'hours of a public IPv4 address',
    asOf: '2024-06-01',
    source: 'https://nwobodo.me/notes/aws-extra-ipv4-cost-per-hour',
  },
  volumeGbMonths: {
    dollars: 0.08,
    per: 1,
    unit: 'GB-months of an EBS volume (gp3)',
    asOf: '2026-11',
    source: 'from memory: https://aws.amazon.com/ebs/pricing/ could not be read with its numbers',
  },
  volumeThroughputMonths: {
    dollars: 0.04,
    per: 1,
    unit: 'months of a MiB/s of an EBS volume (gp3) beyond 125',
    asOf: '2026-11',
    source: 'from memory: https://aws.amazon.com/ebs/pricing/ could not be read with its numbers',
  },
  metricMonths: {
    dollars: 0.3,
    per: 1,
    unit: 'months of a metric of our own, by the hours in which it is written',
    asOf: '2026-02-15',
    source: 'https://signoz.io/guides/cloudwatch-pricing',
  },
  alarmMetricMonths: {
    dollars: 0.1,
    per: 1,
    unit: 'months of a metric that an alarm watches',
    asOf: '2026-11',
    source: 'from memory: https://aws.amazon.com/cloudwatch/pricing/ could not be read with its numbers',
  },
  logGb: {
    dollars: 0.5,
    per: 1,
    unit: 'GB of logs taken in by CloudWatch',
    asOf: '2026-06-13',
    source: 'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards.md',
  },
  dashboardMonths: {
    dollars: 3,
    per: 1,
    unit: 'months of a dashboard',
    asOf: '2026-06-13',
    source: 'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards.md',
  },
  keyMonths: {
    dollars: 1,
    per: 1,
    unit: 'months of a KMS key',
    asOf: '2026-11',
    source: 'from memory: https://aws.amazon.com/kms/pricing/ could not be read with its numbers',
  },
  secretMonths: {
    dollars: 0.4,
    per: 1,
    unit: 'months of a secret',
    asOf: '2026-11',
    source: 'from memory: https://aws.amazon.com/secrets-manager/pricing/ could not be read with its numbers',
  },
} as const satisfies Record<string, AwsPrice>;

/**
 * Fargate's price on Spot, as part of its price on demand: up to 70 % less, says AWS, and it varies with its spare
 * capacity. From 2026-03-10, https://www.wring.co/blog/aws-fargate-pricing-guide.
 */
export const FARGATE_SPOT_FACTOR = 0.3;

/**
 * ECS's fee for an instance that it manages, as a share of the instance's on-demand price; assumed to be the same on Spot.
 * From one example, c6a.2xlarge: $0.037 an hour (https://aws.amazon.com/ecs/pricing/, 2026-09-20) to $0.306 on demand
 * (from memory).
 */
export const MANAGED_INSTANCE_FEE_FACTOR = 0.12;

export type AwsPriceName = keyof typeof AWS_PRICES;

/** How much of each priced item was used. */
export type AwsUsage = Readonly<Partial<Record<AwsPriceName, number>>>;

export function dollarsOf(usage: AwsUsage): number {
  return Object.entries(usage).reduce((sum, [name, amount]) => {
    const { dollars, per } = AWS_PRICES[name as AwsPriceName];
    return sum + (amount * dollars) / per;
  }, 0);
}
