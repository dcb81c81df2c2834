import { describe, expect, it } from 'vitest';

import { readLetters } from '../../functions/settle-dead-letters/read-letters.ts';
import { awsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { UnexpectedEventError } from '../../shared/lambda/errors.ts';
import { aRecord } from './lambda-events.ts';

const QUEUES = {
  names: awsResourceNames('coppice'),
  lines: [
    { name: 'native', version: '4.1.2' },
    { name: 'v6', version: '6.0.0' },
  ],
};

describe('readLetters', () => {
  it('reads a letter that an agent parked, with its reason and its time', () => {
    const record = aRecord({
      body: 'not JSON',
      messageAttributes: {
        reason: { stringValue: 'the message is not JSON', dataType: 'String' },
        parkedAtMs: { stringValue: '1795449612345', dataType: 'String' },
      },
      eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:coppice-large-urgent-dead-letters',
    });
    expect(readLetters({ Records: [record] }, QUEUES)).toEqual([
      {
        messageId: record.messageId,
        pool: 'large',
        lane: 'urgent',
        body: 'not JSON',
        reason: 'the message is not JSON',
        parkedAtMs: 1_795_449_612_345,
      },
    ]);
  });

  it('says which line the queue of a letter belongs to', () => {
    const eventSourceARN = 'arn:aws:sqs:eu-central-1:123456789012:coppice-v6-medium-urgent-dead-letters';
    const [letter] = readLetters({ Records: [aRecord({ eventSourceARN })] }, QUEUES);
    expect(letter).toMatchObject({ line: 'v6', pool: 'medium', lane: 'urgent' });
  });

  it('includes how often a letter that SQS moved was delivered', () => {
    const [letter] = readLetters({ Records: [aRecord({})] }, QUEUES);
    expect(letter).toMatchObject({
      pool: 'small',
      lane: 'normal',
      reason: 'the message was delivered 100 times without being completed',
      parkedAtMs: 1_795_449_600_000,
    });
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a schedule',
      { source: 'aws.scheduler' },
      /Records.*SQS event sources of the function, with ReportBatchItemFailures/s,
    ],
    ['nothing', undefined, /cannot read what it was invoked with/],
    ['a stream', { Records: [{ eventSource: 'aws:dynamodb', dynamodb: {} }] }, /Records\[0\]\.eventSource/],
    ['no count', { Records: [aRecord({ attributes: { SentTimestamp: '1' } })] }, /ApproximateReceiveCount/],
    [
      'the queue of another fleet',
      { Records: [aRecord({ eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:other-small-normal-dead-letters' })] },
      /queue other-small-normal-dead-letters is not one of this fleet's dead-letter queues/,
    ],
    [
      'a queue that is not for dead letters',
      { Records: [aRecord({ eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:coppice-small-normal' })] },
      /queue coppice-small-normal is not one/,
    ],
  ])('refuses an event of %s, and says how to connect the function', (_, event, message) => {
    expect(() => readLetters(event, QUEUES)).toThrow(UnexpectedEventError);
    expect(() => readLetters(event, QUEUES)).toThrow(message);
  });
});
