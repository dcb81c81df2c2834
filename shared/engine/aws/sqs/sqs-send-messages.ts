import type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';

import { type Backoff, backoffMs } from '../../../retry/backoff.ts';
import { pause } from '../../../retry/pause.ts';
import { type MessageNotSent, MessagesNotSentError } from './sqs-errors.ts';
import { BATCH_MESSAGES, type SqsQueue } from './sqs-queue.ts';

export interface OutgoingMessage {
  readonly body: string;
  /** Message attributes, as text. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** What to name in the error when it cannot be sent. */
  readonly subject: string;
}

/** The largest size of a message, and of a whole batch. SQS takes 1 MiB; queues created with a lower limit take this. */
export const SENT_BYTES = 256 * 1024;
const BATCHES_AT_ONCE = 8;
/** Tries for messages that SQS failed to take through no fault of ours: two seconds in all. */
const TRIES = 5;
const BACKOFF: Backoff = { firstMs: 100, jitter: 0.5 };

/**
 * Sends messages in batches: all, or an error, although some may be on the queue then.
 *
 * @throws {MessagesNotSentError} naming those that SQS refused or did not manage to take.
 */
export async function sendMessages(queue: SqsQueue, messages: readonly OutgoingMessage[]): Promise<void> {
  const batches = inBatches(queue, messages);
  for (let next = 0; next < batches.length; next += BATCHES_AT_ONCE) {
    await Promise.all(batches.slice(next, next + BATCHES_AT_ONCE).map((batch) => sendBatch(queue, batch)));
  }
}

async function sendBatch(queue: SqsQueue, batch: readonly OutgoingMessage[]): Promise<void> {
  let unsent = batch;
  for (let tries = 1; ; tries += 1) {
    // A batch that failed in part is a success to HTTP and to the SDK, which therefore does not retry it.
    const { Failed = [] } = await queue.sendBatch(unsent.map(toEntry));
    if (Failed.length === 0) return;
    const failures = Failed.map(({ Id, SenderFault, Code, Message }) => ({
      message: unsent[Number(Id)],
      isOurs: SenderFault === true,
      reason: [Code, Message].filter(Boolean).join(': '),
    }));
    const final = tries === TRIES ? failures : failures.filter(({ isOurs }) => isOurs);
    if (final.length > 0) {
      throw new MessagesNotSentError(
        queue.name,
        final.map(({ message, reason }): MessageNotSent => ({ subject: message?.subject ?? '?', reason })),
      );
    }
    unsent = failures.flatMap(({ message }) => message ?? []);
    await pause(backoffMs(tries, BACKOFF));
  }
}

function toEntry({ body, attributes = {} }: OutgoingMessage, index: number): SendMessageBatchRequestEntry {
  return {
    Id: String(index),
    MessageBody: body,
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
    ),
  };
}

function inBatches(queue: SqsQueue, messages: readonly OutgoingMessage[]): readonly (readonly OutgoingMessage[])[] {
  const batches: OutgoingMessage[][] = [];
  const tooBig: MessageNotSent[] = [];
  let roomBytes = 0;
  for (const message of messages) {
    const sizeBytes = sizeOf(message);
    if (sizeBytes > SENT_BYTES) {
      tooBig.push({
        subject: message.subject,
        reason: `it has ${sizeBytes} bytes, and at most ${SENT_BYTES} can be sent`,
      });
      continue;
    }
    const batch = batches.at(-1);
    if (batch === undefined || batch.length === BATCH_MESSAGES || sizeBytes > roomBytes) {
      batches.push([message]);
      roomBytes = SENT_BYTES - sizeBytes;
    } else {
      batch.push(message);
      roomBytes -= sizeBytes;
    }
  }
  if (tooBig.length > 0) throw new MessagesNotSentError(queue.name, tooBig);
  return batches;
}

/** As SQS counts: the body, and of each attribute its name, type and value. */
function sizeOf({ body, attributes = {} }: OutgoingMessage): number {
  const texts = Object.entries(attributes).flatMap(([name, value]) => [name, 'String', value]);
  return [body, ...texts].reduce((bytes, text) => bytes + Buffer.byteLength(text), 0);
}
