import { engineOptionsOf } from '../engine/engine-options.ts';
import { createAwsClients } from '../engine/aws/aws-clients.ts';
import type { AwsConnection } from '../engine/aws/aws-connection.ts';
import { awsResourceNames, type AwsResourceNames } from '../engine/aws/aws-resource-names.ts';
import type { DynamoTable } from '../engine/aws/dynamo/dynamo-table.ts';
import type { FunctionSettings } from './function-settings.ts';

/** The ledger's table, for what a function keeps in it beside the engine's ports, and where the fleet is. */
export function openLedgerTable(settings: FunctionSettings): {
  readonly table: DynamoTable;
  readonly names: AwsResourceNames;
  readonly connection: AwsConnection;
} {
  const options = engineOptionsOf(settings);
  if (options.engine !== 'aws') throw new Error('unreachable: the settings have been checked');
  const { connection, prefix } = options;
  const names = awsResourceNames(prefix);
  return { table: { client: createAwsClients(connection).dynamo, name: names.ledgerTable }, names, connection };
}
