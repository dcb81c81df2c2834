import { type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** A record of an SQS event, as Lambda sends it. */
export interface SqsRecord {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: Record<string, string>;
  messageAttributes: Record<string, { stringValue?: string; dataType: string }>;
  md5OfBody: string;
  eventSource: string;
  eventSourceARN: string;
  awsRegion: string;
}

/** Receives up to ten messages from a queue, and returns the event that Lambda would make of them. */
export async function eventOfQueue(sqs: SQSClient, queueUrl: string, queue: string): Promise<{ Records: SqsRecord[] }> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return { Records: Messages.map((message) => recordOf(message, queue)) };
}

function recordOf(message: Message, queue: string): SqsRecord {
  const texts = Object.entries(message.MessageAttributes ?? {}).map(([name, { StringValue, DataType = '' }]) => [
    name,
    { stringValue: StringValue, dataType: DataType, stringListValues: [], binaryListValues: [] },
  ]);
  return aRecord({
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: message.Attributes as Record<string, string>,
    messageAttributes: Object.fromEntries(texts) as SqsRecord['messageAttributes'],
    eventSourceARN: `arn:aws:sqs:us-east-1:123456789012:${queue}`,
  });
}

export function aRecord(change: Partial<SqsRecord>): SqsRecord {
  return {
    messageId: '059f36b4-87a3-44ab-83d2-661975830a7d',
    receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
    body: '{}',
    attributes: {
      ApproximateReceiveCount: '101',
      SentTimestamp: '1795449600000',
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: '1795449600100',
      DeadLetterQueueSourceArn: 'arn:aws:sqs:us-east-1:123456789012:coppice-small-normal',
    },
    messageAttributes: {},
    md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:coppice-small-normal-dead-letters',
    awsRegion: 'us-east-1',
    ...change,
  };
}
