import { setTimeout as sleep } from 'node:timers/promises';

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

import { Lane, Pool } from '../proving-job/circuit-catalogue.ts';
import type { AwsClients } from './aws-clients.ts';
import { type AwsResourceNames, OPEN_JOBS_INDEX } from './aws-resource-names.ts';

export interface AwsResourceOptions {
  /** How long a claimed message stays hidden without a heartbeat, in seconds. */
  readonly leaseSeconds: number;
}

/**
 * Deliveries until SQS takes a message for poison, the most it allows: every release counts as one, of a drain and of a
 * message that came to an agent which was busy. What a job may lose to which cause is the ledger's to count.
 */
const MAX_DELIVERIES = 1000;
const RETENTION_SECONDS = 14 * 24 * 3600;
const LONG_POLL_SECONDS = 20;
/** Objects that nobody asked for again: an epoch's window is hours. */
export const OBJECT_DAYS = 7;
const TABLE_READY_SECONDS = 60;

/** Makes the queues, the bucket and the table of a fleet, those that are not there yet: for an emulator, and for tests. */
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
  const lanes = Pool.options.flatMap((pool) => Lane.options.map((lane) => ({ pool, lane })));
  await Promise.all(
    lanes.map(async ({ pool, lane }) => {
      const deadLetterQueue = await createQueue(clients, names.deadLetterQueue(pool, lane), {});
      const { Attributes } = await clients.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: deadLetterQueue, AttributeNames: ['QueueArn'] }),
      );
      await createQueue(clients, names.queue(pool, lane), {
        VisibilityTimeout: String(options.leaseSeconds),
        ReceiveMessageWaitTimeSeconds: String(LONG_POLL_SECONDS),
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: Attributes?.['QueueArn'],
          maxReceiveCount: MAX_DELIVERIES,
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
      Attributes: { MessageRetentionPeriod: String(RETENTION_SECONDS), ...attributes },
    }),
  );
  if (QueueUrl === undefined) throw new Error(`SQS made queue ${name} and did not say where`);
  return QueueUrl;
}

export async function createProofsBucket({ s3 }: Pick<AwsClients, 's3'>, names: AwsResourceNames): Promise<void> {
  const region = await s3.config.region();
  try {
    await s3.send(
      new CreateBucketCommand({
        Bucket: names.proofsBucket,
        // The one region that must not be named.
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
            Expiration: { Days: OBJECT_DAYS },
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
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
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
          { AttributeName: 'openShard', AttributeType: 'S' },
          { AttributeName: 'dueAtMs', AttributeType: 'N' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: OPEN_JOBS_INDEX,
            KeySchema: [
              { AttributeName: 'openShard', KeyType: 'HASH' },
              { AttributeName: 'dueAtMs', KeyType: 'RANGE' },
            ],
            // So that a node learns from the index alone which of thousands of jobs need a look.
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['attempts'] },
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
      TimeToLiveSpecification: { Enabled: true, AttributeName: 'expiresAtSeconds' },
    }),
  );
}

async function untilReady(dynamo: AwsClients['dynamo'], ledgerTable: string): Promise<void> {
  for (let waitedSeconds = 0; ; waitedSeconds += 1) {
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: ledgerTable }));
    if (Table?.TableStatus === 'ACTIVE') return;
    if (waitedSeconds >= TABLE_READY_SECONDS) throw new Error(`table ${ledgerTable} is not ready yet: try again`);
    await sleep(1000);
  }
}
