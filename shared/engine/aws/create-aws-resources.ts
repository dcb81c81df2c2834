import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  PutBucketLifecycleConfigurationCommand,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';

import { Lane, Pool } from '../../proving-job/circuit-family.ts';
import { NATIVE_LINE } from '../../proving-job/fleet-line.ts';
import { pause } from '../../retry/pause.ts';
import type { AwsClients } from './aws-clients.ts';
import { type AwsResourceNames, OPEN_JOBS_INDEX } from './aws-resource-names.ts';
import { BUCKET_SHAPE, LEDGER_SHAPE, QUEUE_SHAPE } from './aws-resource-shapes.ts';

export interface AwsResourceOptions {
  /** How long a claimed message stays hidden without a heartbeat, in seconds. */
  readonly leaseSeconds: number;
  /** The names of the version lines that get queues. @default the native one alone */
  readonly lines?: readonly string[];
}

const TABLE_READY_SECONDS = 60;

/** Creates the queues, the bucket and the table of a fleet, where they do not exist yet: for an emulator, and for tests. */
export async function createAwsResources(
  clients: AwsClients,
  names: AwsResourceNames,
  options: AwsResourceOptions,
): Promise<void> {
  await Promise.all([
    createQueues(clients, names, options),
    createProofsBucket(clients, names),
    createLedgerTable(clients, names),
  ]);
}

export async function createQueues(
  clients: Pick<AwsClients, 'sqs'>,
  names: AwsResourceNames,
  options: AwsResourceOptions,
): Promise<void> {
  const lanes = (options.lines ?? [NATIVE_LINE]).flatMap((line) =>
    Pool.options.flatMap((pool) => Lane.options.map((lane) => ({ line, pool, lane }))),
  );
  await Promise.all(
    lanes.map(async ({ line, pool, lane }) => {
      const deadLetterQueue = await createQueue(clients, names.deadLetterQueue(pool, lane, line), {});
      const { Attributes } = await clients.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: deadLetterQueue, AttributeNames: ['QueueArn'] }),
      );
      await createQueue(clients, names.queue(pool, lane, line), {
        VisibilityTimeout: String(options.leaseSeconds),
        ReceiveMessageWaitTimeSeconds: String(QUEUE_SHAPE.longPollSeconds),
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: Attributes?.['QueueArn'],
          maxReceiveCount: QUEUE_SHAPE.maxDeliveries,
        }),
      });
    }),
  );
}

async function createQueue(
  { sqs }: Pick<AwsClients, 'sqs'>,
  name: string,
  attributes: Readonly<Record<string, string>>,
): Promise<string> {
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({
      QueueName: name,
      Attributes: { MessageRetentionPeriod: String(QUEUE_SHAPE.retentionSeconds), ...attributes },
    }),
  );
  if (QueueUrl === undefined) throw new Error(`SQS created queue ${name} and returned no URL: try again`);
  return QueueUrl;
}

export async function createProofsBucket({ s3 }: Pick<AwsClients, 's3'>, names: AwsResourceNames): Promise<void> {
  const region = await s3.config.region();
  try {
    await s3.send(
      new CreateBucketCommand({
        Bucket: names.proofsBucket,
        // S3 refuses this region as a constraint: it is the default.
        ...(region !== 'us-east-1' && { CreateBucketConfiguration: { LocationConstraint: region as never } }),
      }),
    );
  } catch (error) {
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
  }
  await s3.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket: names.proofsBucket,
      LifecycleConfiguration: {
        Rules: [
          {
            ID: 'expire',
            Status: 'Enabled',
            Filter: { Prefix: '' },
            Expiration: { Days: BUCKET_SHAPE.objectDays },
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: BUCKET_SHAPE.uploadPartsDays },
          },
          {
            ID: 'expire-snapshots',
            Status: 'Enabled',
            Filter: { Prefix: BUCKET_SHAPE.snapshotsPrefix },
            Expiration: { Days: BUCKET_SHAPE.snapshotDays },
          },
        ],
      },
    }),
  );
}

export async function createLedgerTable(
  { dynamo }: Pick<AwsClients, 'dynamo'>,
  { ledgerTable }: AwsResourceNames,
): Promise<void> {
  try {
    await dynamo.send(
      new CreateTableCommand({
        TableName: ledgerTable,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: LEDGER_SHAPE.partitionKey, AttributeType: 'S' },
          { AttributeName: LEDGER_SHAPE.sortKey, AttributeType: 'S' },
          { AttributeName: LEDGER_SHAPE.openJobsPartitionKey, AttributeType: 'S' },
          { AttributeName: LEDGER_SHAPE.openJobsSortKey, AttributeType: 'N' },
        ],
        KeySchema: [
          { AttributeName: LEDGER_SHAPE.partitionKey, KeyType: 'HASH' },
          { AttributeName: LEDGER_SHAPE.sortKey, KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: OPEN_JOBS_INDEX,
            KeySchema: [
              { AttributeName: LEDGER_SHAPE.openJobsPartitionKey, KeyType: 'HASH' },
              { AttributeName: LEDGER_SHAPE.openJobsSortKey, KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...LEDGER_SHAPE.openJobsAttributes] },
          },
        ],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
    return;
  }
  await untilReady(dynamo, ledgerTable);
  await dynamo.send(
    new UpdateTimeToLiveCommand({
      TableName: ledgerTable,
      TimeToLiveSpecification: { Enabled: true, AttributeName: LEDGER_SHAPE.expiryAttribute },
    }),
  );
}

async function untilReady(dynamo: AwsClients['dynamo'], ledgerTable: string): Promise<void> {
  for (let waitedSeconds = 0; ; waitedSeconds += 1) {
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: ledgerTable }));
    if (Table?.TableStatus === 'ACTIVE') return;
    if (waitedSeconds >= TABLE_READY_SECONDS) throw new Error(`table ${ledgerTable} is not ready yet: try again`);
    await pause(1000);
  }
}
