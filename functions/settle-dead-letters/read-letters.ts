import { z } from 'zod';

import type { AwsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { readDeadLetter } from '../../shared/engine/aws/sqs/sqs-dead-letter-message.ts';
import type { KeptDeadLetter } from '../../shared/job-queue/kept-dead-letters.ts';
import { UnexpectedEventError } from '../../shared/lambda/errors.ts';
import { Lane, Pool } from '../../shared/proving-job/circuit-family.ts';
import { type FleetLine, NATIVE_LINE } from '../../shared/proving-job/fleet-line.ts';

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
  "make the fleet's dead-letter queues SQS event sources of the function, with ReportBatchItemFailures";

/** The queues of a fleet's lines, by their names. */
export interface FleetQueues {
  readonly names: Pick<AwsResourceNames, 'deadLetterQueue'>;
  readonly lines: readonly Pick<FleetLine, 'name'>[];
}

/**
 * The letters in an SQS event.
 * @throws {UnexpectedEventError} for any other event, or a queue that is not one of the fleet's dead-letter queues
 */
export function readLetters(event: unknown, queues: FleetQueues): readonly KeptDeadLetter[] {
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
    return { messageId, ...placeOf(eventSourceARN, queues), ...letter };
  });
}

function placeOf(queueArn: string, { names, lines }: FleetQueues): Pick<KeptDeadLetter, 'line' | 'pool' | 'lane'> {
  const queue = queueArn.slice(queueArn.lastIndexOf(':') + 1);
  for (const { name: line } of lines) {
    for (const pool of Pool.options) {
      const lane = Lane.options.find((each) => names.deadLetterQueue(pool, each, line) === queue);
      if (lane !== undefined) return { ...(line !== NATIVE_LINE && { line }), pool, lane };
    }
  }
  throw new UnexpectedEventError(`queue ${queue} is not one of this fleet's dead-letter queues`, WHAT_TO_DO);
}
