import type { DeadLetter } from '../../../job-queue/job-queue.ts';
import type { SqsMessage } from './sqs-queue.ts';

/** Message attributes of a dead letter that an agent parked. A message that SQS moved has neither. */
const REASON_ATTRIBUTE = 'reason';
const PARKED_AT_ATTRIBUTE = 'parkedAtMs';

/** A letter is cut to fit wherever it is stored: SQS takes 256 KiB or 1 MiB, DynamoDB 400 KB. */
const KEPT_BODY_BYTES = 200 * 1024;
const KEPT_REASON_BYTES = 4 * 1024;
const CUT_MARK = ' … (cut)';
/** Characters that SQS refuses in text, unpaired surrogates included. */
const REPLACEMENT = '\u{FFFD}';
const NOT_FOR_SQS = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** The body and the attributes to send for a letter. */
export function writeDeadLetter(letter: DeadLetter): { body: string; attributes: Record<string, string> } {
  const reason = cut(letter.reason.replaceAll(NOT_FOR_SQS, REPLACEMENT), KEPT_REASON_BYTES);
  return {
    body: cut(letter.body, KEPT_BODY_BYTES),
    attributes: {
      ...(reason !== '' && { [REASON_ATTRIBUTE]: reason }),
      [PARKED_AT_ATTRIBUTE]: String(letter.parkedAtMs),
    },
  };
}

/**
 * The letter in a message of a dead-letter queue, the same at every delivery except for the count in the reason. For a
 * message that it moved, SQS keeps only the time when it was first sent, which stands in for when it was set aside.
 */
export function readDeadLetter(
  message: Pick<SqsMessage, 'body' | 'attributes' | 'deliveries' | 'sentAtMs'>,
): DeadLetter {
  const { [REASON_ATTRIBUTE]: reason, [PARKED_AT_ATTRIBUTE]: parkedAtMs } = message.attributes;
  return {
    body: cut(message.body, KEPT_BODY_BYTES),
    // Without this delivery, which is the dead-letter queue's. SQS counts every further read of it as one more.
    reason: reason ?? `the message was delivered ${message.deliveries - 1} times without being completed`,
    parkedAtMs: parkedAtMs === undefined ? message.sentAtMs : Number(parkedAtMs),
  };
}

function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const kept = Buffer.from(text)
    .subarray(0, bytes - Buffer.byteLength(CUT_MARK))
    .toString();
  // A character that the cut split has become a replacement character.
  return `${kept.replace(/\u{FFFD}$/u, '')}${CUT_MARK}`;
}
