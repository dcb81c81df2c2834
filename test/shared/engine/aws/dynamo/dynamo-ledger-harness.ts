import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';

import { createAwsClients } from '../../../../../shared/engine/aws/aws-clients.ts';
import type { DynamoTable, ItemKey } from '../../../../../shared/engine/aws/dynamo/dynamo-table.ts';
import { type AwsHarness, openAwsHarness } from '../../../../contract/aws-harness.ts';
import { type DynamoProxy, openDynamoProxy } from './dynamo-proxy.ts';

export interface DynamoLedgerHarness extends Pick<AwsHarness, 'nowMs' | 'elapse' | 'close'> {
  /** The table as the adapter under test sees it: through the proxy. */
  readonly table: DynamoTable;
  /** The client of the table's stream, through the proxy. */
  readonly streams: DynamoDBStreamsClient;
  readonly proxy: DynamoProxy;
  /** Reads an item as it is stored. */
  raw(key: ItemKey): Promise<Record<string, unknown> | undefined>;
  /** Writes an item past the adapter. */
  putRaw(item: ItemKey & Readonly<Record<string, unknown>>): Promise<void>;
  /** Deletes an item past the adapter. */
  remove(key: ItemKey): Promise<void>;
}

/** A new table, reached through a proxy. */
export async function openDynamoLedgerHarness(): Promise<DynamoLedgerHarness> {
  const { clients, connection, names, ...harness } = await openAwsHarness(['table']);
  if (connection.endpoint === undefined) throw new Error('the proxy needs the endpoint of an emulator');
  const proxy = await openDynamoProxy(connection.endpoint);
  const proxied = createAwsClients({ ...connection, endpoint: proxy.endpoint });
  const TableName = names.ledgerTable;
  return {
    nowMs: () => harness.nowMs(),
    elapse: (seconds) => harness.elapse(seconds),
    table: { client: proxied.dynamo, name: TableName },
    streams: proxied.streams,
    proxy,
    async raw({ pk, sk }) {
      return (await clients.dynamo.send(new GetCommand({ TableName, Key: { pk, sk } }))).Item;
    },
    async putRaw(item) {
      await clients.dynamo.send(new PutCommand({ TableName, Item: item }));
    },
    async remove({ pk, sk }) {
      await clients.dynamo.send(new DeleteCommand({ TableName, Key: { pk, sk } }));
    },
    async close() {
      proxied.close();
      proxy.close();
      await harness.close();
    },
  };
}
