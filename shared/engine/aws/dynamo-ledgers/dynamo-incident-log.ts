import { randomUUID } from 'node:crypto';

import { PutCommand } from '@aws-sdk/lib-dynamodb';

import { parseReadable, queryItems } from '../dynamo/dynamo-item.ts';
import { type DynamoTable, expiresAtSeconds, padded } from '../dynamo/dynamo-table.ts';
import { UnreadableRecords } from '../../unreadable-records.ts';
import { Incident, type IncidentLog } from '../../../ledger/incident-log.ts';

const PARTITION = 'INCIDENTS';

/** An {@link IncidentLog} in the ledger's DynamoDB table: an item per incident, in the order of their times. */
export class DynamoIncidentLog implements IncidentLog {
  readonly #table: DynamoTable;
  readonly #nowMs: () => number;
  readonly #unreadable: UnreadableRecords;

  constructor(table: DynamoTable, nowMs: () => number, unreadable = new UnreadableRecords()) {
    this.#table = table;
    this.#nowMs = nowMs;
    this.#unreadable = unreadable;
  }

  async report(incident: Omit<Incident, 'atMs'>): Promise<void> {
    const noted = Incident.parse({ ...incident, atMs: this.#nowMs() });
    await this.#table.client.send(
      new PutCommand({
        TableName: this.#table.name,
        Item: {
          ...noted,
          pk: PARTITION,
          // Distinguishes two of one millisecond; one that the SDK sends again, because the response was lost, stays one.
          sk: `${padded(noted.atMs)}#${randomUUID()}`,
          expiresAtSeconds: expiresAtSeconds(noted.atMs),
        },
      }),
    );
  }

  async latest(limit: number): Promise<readonly Incident[]> {
    const items = await queryItems(this.#table, PARTITION, { limit, backwards: true });
    return parseReadable(items, Incident, {
      table: this.#table,
      nameOf: () => 'an incident',
      unreadable: this.#unreadable,
    });
  }
}
