import { DescribeTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { GetBucketLifecycleConfigurationCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createAwsResources } from '../../../../shared/engine/aws/create-aws-resources.ts';
import { Lane, Pool } from '../../../../shared/proving-job/circuit-family.ts';
import { type AwsHarness, openAwsHarness } from '../../../contract/aws-harness.ts';

const DAY_SECONDS = 24 * 3600;

describe('the resources of a fleet on AWS', () => {
  let harness: AwsHarness;
  beforeEach(async () => {
    harness = await openAwsHarness([]);
    await createAwsResources(harness.clients, harness.names, { leaseSeconds: 120 });
  });
  afterEach(() => harness.close());

  async function attributesOf(queue: string): Promise<Partial<Record<string, string>>> {
    const { sqs } = harness.clients;
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    return Attributes ?? {};
  }

  it('are a queue with long polls for each pool and lane, and a dead-letter queue beside it', async () => {
    for (const pool of Pool.options) {
      for (const lane of Lane.options) {
        const { QueueArn: deadLetters, ...beside } = await attributesOf(harness.names.deadLetterQueue(pool, lane));
        const { RedrivePolicy, ...queue } = await attributesOf(harness.names.queue(pool, lane));
        expect(queue).toMatchObject({
          VisibilityTimeout: '120',
          ReceiveMessageWaitTimeSeconds: '20',
          MessageRetentionPeriod: String(14 * DAY_SECONDS),
        });
        expect(JSON.parse(RedrivePolicy ?? '{}')).toEqual({ deadLetterTargetArn: deadLetters, maxReceiveCount: 1000 });
        expect(beside).toMatchObject({ MessageRetentionPeriod: String(14 * DAY_SECONDS) });
      }
    }
  });

  it('are a table that is paid per request, streams both images, and deletes expired items', async () => {
    const { dynamo } = harness.clients;
    const table = { TableName: harness.names.ledgerTable };
    expect((await dynamo.send(new DescribeTableCommand(table))).Table).toMatchObject({
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
    expect((await dynamo.send(new DescribeTimeToLiveCommand(table))).TimeToLiveDescription).toMatchObject({
      AttributeName: 'expiresAtSeconds',
      TimeToLiveStatus: expect.stringMatching(/^ENABL(ED|ING)$/) as string,
    });
  });

  it('are a bucket that deletes objects after a week, and snapshots after two days', async () => {
    const bucket = { Bucket: harness.names.proofsBucket };
    const { Rules } = await harness.clients.s3.send(new GetBucketLifecycleConfigurationCommand(bucket));
    expect(Rules).toMatchObject([
      { Status: 'Enabled', Expiration: { Days: 7 } },
      { Status: 'Enabled', Filter: { Prefix: 'snapshots/' }, Expiration: { Days: 2 } },
    ]);
  });

  it('stay unchanged when they are created again', async () => {
    await createAwsResources(harness.clients, harness.names, { leaseSeconds: 120 });
  });
});
