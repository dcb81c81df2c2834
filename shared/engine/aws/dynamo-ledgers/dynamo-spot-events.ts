import { PutCommand } from '@aws-sdk/lib-dynamodb';

import { queryItems } from '../dynamo/dynamo-item.ts';
import { type DynamoTable, expiresAtSeconds, padded } from '../dynamo/dynamo-table.ts';
import { SpotEvent, type SpotEvents } from '../../../agent-fleet/spot-events.ts';

const PARTITION = 'SPOT-EVENTS';

/** {@link SpotEvents} in the ledger's DynamoDB table: an item per event, in the order of their times. */
export class DynamoSpotEvents implements SpotEvents {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async note(event: SpotEvent): Promise<void> {
    const { atMs, subject } = event;
    const key = { pk: PARTITION, sk: `${padded(atMs)}#${subject}` };
    const Item = { ...SpotEvent.parse(event), ...key, expiresAtSeconds: expiresAtSeconds(atMs) };
    await this.#table.client.send(new PutCommand({ TableName: this.#table.name, Item }));
  }

  async since(atMs: number): Promise<readonly SpotEvent[]> {
    const items = await queryItems(this.#table, PARTITION, { from: padded(atMs) });
    const bySubject = new Map<string, SpotEvent>();
    for (const item of items) {
      // Events that another version wrote in another form are skipped: none of them is required.
      const { data: event } = SpotEvent.safeParse(item);
      if (event !== undefined && !bySubject.has(event.subject)) bySubject.set(event.subject, event);
    }
    return [...bySubject.values()];
  }
}
