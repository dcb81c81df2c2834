import { z } from 'zod';

import type { AwsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { readDeadLetter } from '../../shared/engine/aws/sqs/sqs-dead-letter-message.ts';
import type { KeptDeadLetter } from '../../shared/job-queue/kept-dead-letters.ts';
import { UnexpectedEventError } from '../../shared/lambda/errors.ts';
import { Lane, Pool } from '../../shared/proving-job/circuit-family.ts';

const SqsEvent = z.object({
  Records: z.array(
    z.object({
      messageId: z.string().min(1),
      body: z.string(),
      eventSource: z.literal('aws:sqs'),
      eventSourceARN: z.string(),
      attributes: z.object({
        ApproximateReceiveCount: z.coerce.number().int(),
        SentTimestamp: z.coerce.number().int(),
      }),
      messageAttributes: z.record(z.string(), z.object({ stringValue: z.string().optional() })).default({}),
    }),
  ),
});

const WHAT_TO_DO =
  "connect the function to the fleet's dead-letter queues, as an event source of SQS with ReportBatchItemFailures";

/**
 * The letters in an event of SQS.
 * @throws {UnexpectedEventError} when it is another event, or of a queue that is none of the fleet's for dead letters
 */
export function readLetters(event: unknown, names: AwsResourceNames): readonly KeptDeadLetter[] {
  const parsed = SqsEvent.safeParse(event);
  if (!parsed.success) throw new UnexpectedEventError(parsed.error, WHAT_TO_DO);
  return parsed.data.Records.map(({ messageId, body, eventSourceARN, attributes, messageAttributes }) => {
    const texts = Object.entries(messageAttributes).flatMap(([name, { stringValue }]) =>
      stringValue === undefined ? [] : [[name, stringValue] as const],
    );
    const letter = readDeadLetter({
      body,
      attributes: Object.fromEntries(texts),
      deliveries: attributes.ApproximateReceiveCount,
      sentAtMs: attributes.SentTimestamp,
    });
    return { messageId, ...laneOf(eventSourceARN, names), ...letter };
  });
}

function laneOf(queueArn: string, names: AwsResourceNames): Pick<KeptDeadLetter, 'pool' | 'lane'> {
  const queue = queueArn.slice(queueArn.lastIndexOf(':') + 1);
  const lanes = Pool.options.flatMap((pool) => Lane.options.map((lane) => ({ pool, lane })));
  const found = lanes.find(({ pool, lane }) => names.deadLetterQueue(pool, lane) === queue);
  if (found !== undefined) return found;
  throw new UnexpectedEventError(`queue ${queue} is none of this fleet's dead-letter queues`, WHAT_TO_DO);
}
