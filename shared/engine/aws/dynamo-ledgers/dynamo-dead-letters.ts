import { DeleteCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';

import { type DynamoTable, expiresAtSeconds, type ItemKey, padded } from '../dynamo/dynamo-table.ts';
import { Lane, Pool } from '../../../proving-job/circuit-family.ts';

/** A dead letter, and the queue that it came from. */
const KeptDeadLetter = z.object({
  /** The id that SQS gave the message on its dead-letter queue. */
  messageId: z.string(),
  pool: Pool,
  lane: Lane,
  body: z.string(),
  reason: z.string(),
  parkedAtMs: z.number().int(),
});
export type KeptDeadLetter = z.infer<typeof KeptDeadLetter>;

const PARTITION = 'DEAD-LETTERS';

/**
 * Dead letters that nothing can be done about by itself, in the ledger's table: their dead-letter queue is emptied by what
 * settles the others.
 *
 * | access       | key                                                        | request             |
 * | ------------ | ---------------------------------------------------------- | ------------------- |
 * | keep, remove | pk `DEAD-LETTERS`, sk `<parkedAtMs, padded>#<messageId>`   | PutItem, DeleteItem |
 * | list         | pk `DEAD-LETTERS`, in the order of sk                      | Query, consistent   |
 */
export class DynamoDeadLetters {
  readonly #table: DynamoTable;
  readonly #nowMs: () => number;

  constructor(table: DynamoTable, nowMs: () => number) {
    this.#table = table;
    this.#nowMs = nowMs;
  }

  /** Safe to repeat: a message that is delivered again is the same letter. */
  async keep(letter: KeptDeadLetter): Promise<void> {
    await this.#table.client.send(
      new PutCommand({
        TableName: this.#table.name,
        Item: { ...keyOf(letter), ...letter, expiresAtSeconds: expiresAtSeconds(this.#nowMs()) },
      }),
    );
  }

  /** Oldest first. */
  async list(): Promise<readonly KeptDeadLetter[]> {
    const letters: KeptDeadLetter[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await this.#table.client.send(
        new QueryCommand({
          TableName: this.#table.name,
          KeyConditionExpression: 'pk = :letters',
          ExpressionAttributeValues: { ':letters': PARTITION },
          ConsistentRead: true,
          ExclusiveStartKey: from,
        }),
      );
      letters.push(...Items.map((item) => KeptDeadLetter.parse(item)));
      from = LastEvaluatedKey;
    } while (from !== undefined);
    return letters;
  }

  /** Safe to repeat. */
  async remove(letter: Pick<KeptDeadLetter, 'messageId' | 'parkedAtMs'>): Promise<void> {
    await this.#table.client.send(new DeleteCommand({ TableName: this.#table.name, Key: keyOf(letter) }));
  }
}

function keyOf({
  messageId,
  parkedAtMs,
}: Pick<KeptDeadLetter, 'messageId' | 'parkedAtMs'>): ItemKey & Record<string, string> {
  return { pk: PARTITION, sk: `${padded(parkedAtMs)}#${messageId}` };
}
