import { randomUUID } from 'node:crypto';

import { PutCommand } from '@aws-sdk/lib-dynamodb';

import { Decision, type DecisionKind, type DecisionLog, type DecisionOf } from '../../../ledger/decision-log.ts';
import { DECISIONS_KEPT_SECONDS } from '../../../ledger/kept-seconds.ts';
import { parseReadable, queryItems } from '../dynamo/dynamo-item.ts';
import { type DynamoTable, padded } from '../dynamo/dynamo-table.ts';
import { UnreadableRecords } from '../../unreadable-records.ts';

/** A {@link DecisionLog} in the ledger's DynamoDB table: an item per decision, in the order of their times. */
export class DynamoDecisionLog implements DecisionLog {
  readonly #table: DynamoTable;
  readonly #unreadable: UnreadableRecords;

  constructor(table: DynamoTable, unreadable = new UnreadableRecords()) {
    this.#table = table;
    this.#unreadable = unreadable;
  }

  async record(decision: Decision): Promise<void> {
    const record = Decision.parse(decision);
    await this.#table.client.send(
      new PutCommand({
        TableName: this.#table.name,
        Item: {
          ...record,
          pk: partitionOf(record.kind),
          // Distinguishes two of one millisecond; one that the SDK sends again, because the response was lost, stays one.
          sk: `${padded(record.atMs)}#${randomUUID()}`,
          expiresAtSeconds: Math.floor(record.atMs / 1000) + DECISIONS_KEPT_SECONDS,
        },
      }),
    );
  }

  async latest<Kind extends DecisionKind>(kind: Kind, limit: number): Promise<readonly DecisionOf<Kind>[]> {
    const items = await queryItems(this.#table, partitionOf(kind), { limit, backwards: true });
    return parseReadable(items, Decision, {
      table: this.#table,
      nameOf: () => `a decision of the kind ${kind}`,
      unreadable: this.#unreadable,
    }) as DecisionOf<Kind>[];
  }
}

function partitionOf(kind: DecisionKind): string {
  return `DECISIONS#${kind}`;
}
