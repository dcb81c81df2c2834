import { GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';

import { SqsJobQueue } from '../../shared/engine/aws/sqs/sqs-job-queue.ts';
import { openAwsHarness } from './aws-harness.ts';
import { describeJobQueueOrder } from './job-queue-order.contract.ts';
import { describeJobQueueContract, type JobQueueHarness } from './job-queue.contract.ts';

describeJobQueueContract('SqsJobQueue', open);
describeJobQueueOrder('SqsJobQueue', 'lanes', open);

async function open(): Promise<JobQueueHarness> {
  const harness = await openAwsHarness(['queues']);
  const { clients, names } = harness;
  const queue = new SqsJobQueue(clients, names, { leaseSeconds: harness.leaseSeconds, nowMs: () => harness.nowMs() });
  return {
    ...harness,
    queue,
    sureWaitSeconds: 1,
    sendForeign: async (pool, lane, body) => {
      const { QueueUrl } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName: names.queue(pool, lane) }));
      await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
    },
    close: async () => {
      await queue.close(0);
      await harness.close();
    },
  };
}
