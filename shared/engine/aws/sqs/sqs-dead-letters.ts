import type { Lane, Pool } from '../../../proving-job/circuit-family.ts';
import { NATIVE_LINE } from '../../../proving-job/fleet-line.ts';
import type { KeptDeadLetter, KeptDeadLetters } from '../../../job-queue/kept-dead-letters.ts';
import type { DeadLetter } from '../../../job-queue/job-queue.ts';
import { readDeadLetter, writeDeadLetter } from './sqs-dead-letter-message.ts';
import { BATCH_MESSAGES, type SqsMessage, type SqsQueue } from './sqs-queue.ts';
import { type OutgoingMessage, sendMessages } from './sqs-send-messages.ts';

/** The queue of a line, pool and lane, and its dead-letter queue. */
export interface SqsQueuePair {
  readonly line: string;
  readonly pool: Pool;
  readonly lane: Lane;
  readonly queue: SqsQueue;
  readonly deadLetters: SqsQueue;
}

/** How long letters are hidden from other readers while they are read. */
const READ_SECONDS = 60;
/**
 * And while they are sent back. A letter that became visible again before it was deleted would be treated as a dead letter,
 * and its job rejected, although its message is on its way; there may be one for each job of an epoch.
 */
const REDRIVE_SECONDS = 15 * 60;
const WAIT_SECONDS = 1;

/** Dead letters: on their queues, and in the ledger's table, where those that lead to no job are kept. */
export class SqsDeadLetters {
  readonly #pairs: readonly SqsQueuePair[];
  readonly #kept: Pick<KeptDeadLetters, 'list' | 'remove'> | undefined;

  constructor(pairs: readonly SqsQueuePair[], kept?: Pick<KeptDeadLetters, 'list' | 'remove'>) {
    this.#pairs = pairs;
    this.#kept = kept;
  }

  /** Sends the letter first: a crash before the message is deleted leaves it in both places, and loses nothing. */
  async park(pair: SqsQueuePair, handle: string, letter: DeadLetter): Promise<void> {
    await sendMessages(pair.deadLetters, [{ ...writeDeadLetter(letter), subject: 'a message to be parked' }]);
    await pair.queue.delete(handle);
  }

  /** Oldest first. */
  async list(): Promise<readonly DeadLetter[]> {
    const [kept = [], ...queued] = await Promise.all([
      this.#kept
        ?.list()
        .then((letters) => letters.map(({ body, reason, parkedAtMs }) => ({ body, reason, parkedAtMs }))),
      ...this.#pairs.map(({ deadLetters }) => listQueue(deadLetters)),
    ]);
    return [kept, ...queued].flat().toSorted((a, b) => a.parkedAtMs - b.parkedAtMs);
  }

  /**
   * Message by message, and not by SQS's `StartMessageMoveTask`, which runs unseen once started, reports no exact count,
   * keeps the reason with the message, and is missing in some emulators.
   */
  async redrive(): Promise<number> {
    const kept = (await this.#kept?.list()) ?? [];
    const counts = await Promise.all(
      this.#pairs.map((pair) =>
        redriveTo(
          pair,
          kept.filter(
            ({ line = NATIVE_LINE, pool, lane }) => line === pair.line && pool === pair.pool && lane === pair.lane,
          ),
          async (letter) => this.#kept?.remove(letter),
        ),
      ),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }
}

async function listQueue(queue: SqsQueue): Promise<readonly DeadLetter[]> {
  const { visible } = await queue.counts();
  const messages = await receiveAll(queue, visible, READ_SECONDS);
  for (const batch of batchesOf(messages)) await queue.showBatch(batch.map(({ handle }) => handle));
  return messages.map(readDeadLetter);
}

/** All letters are received before the first is sent, so that one that agents set aside again meanwhile is not sent twice. */
async function redriveTo(
  { queue, deadLetters }: SqsQueuePair,
  kept: readonly KeptDeadLetter[],
  remove: (letter: KeptDeadLetter) => Promise<void>,
): Promise<number> {
  const messages = await receiveAll(deadLetters, Infinity, REDRIVE_SECONDS);
  for (const batch of batchesOf(messages)) {
    await sendMessages(queue, batch.map(asNew));
    await deadLetters.deleteBatch(batch.map(({ handle }) => handle));
  }
  for (const letter of kept) {
    await sendMessages(queue, [asNew(letter)]);
    await remove(letter);
  }
  return messages.length + kept.length;
}

/** Receives until there are `enough`, or until the queue is empty. */
async function receiveAll(queue: SqsQueue, enough: number, visibilitySeconds: number): Promise<readonly SqsMessage[]> {
  const messages = new Map<string, SqsMessage>();
  while (messages.size < enough) {
    const received = await queue.receive({
      maxMessages: BATCH_MESSAGES,
      waitSeconds: WAIT_SECONDS,
      visibilitySeconds,
    });
    const fresh = received.filter(({ id }) => !messages.has(id));
    for (const message of received) messages.set(message.id, message);
    if (fresh.length === 0) break;
  }
  return [...messages.values()];
}

function asNew({ body }: { readonly body: string }): OutgoingMessage {
  return { body, subject: 'a dead letter' };
}

function batchesOf(messages: readonly SqsMessage[]): readonly (readonly SqsMessage[])[] {
  return Array.from({ length: Math.ceil(messages.length / BATCH_MESSAGES) }, (_, index) =>
    messages.slice(index * BATCH_MESSAGES, (index + 1) * BATCH_MESSAGES),
  );
}
