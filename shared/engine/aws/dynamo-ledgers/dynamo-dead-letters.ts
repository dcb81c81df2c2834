import { DeleteCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';

import { type DynamoTable, expiresAtSeconds, type ItemKey, padded } from '../dynamo/dynamo-table.ts';
import { KeptDeadLetter, type KeptDeadLetters } from '../../../job-queue/kept-dead-letters.ts';

const PARTITION = 'DEAD-LETTERS';

/**
 * {@link KeptDeadLetters} in the ledger's DynamoDB table: an item per letter, in the order of their times.
 *
 * | access       | key                                                        | request             |
 * | ------------ | ---------------------------------------------------------- | ------------------- |
 * | keep, remove | pk `DEAD-LETTERS`, sk `<parkedAtMs, padded>#<messageId>`   | PutItem, DeleteItem |
 * | list         | pk `DEAD-LETTERS`, in the order of sk                      | Query, consistent   |
 */
export class DynamoDeadLetters implements KeptDeadLetters {
  readonly #table: DynamoTable;
  readonly #nowMs: () => number;

  constructor(table: DynamoTable, nowMs: () => number) {
    this.#table = table;
    this.#nowMs = nowMs;
  }

  async keep(letter: KeptDeadLetter): Promise<void> {
    await this.#table.client.send(
      new PutCommand({
        TableName: this.#table.name,
        Item: { ...keyOf(letter), ...letter, expiresAtSeconds: expiresAtSeconds(this.#nowMs()) },
      }),
    );
  }

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
