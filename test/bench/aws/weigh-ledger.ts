import { DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';

import { awsClientOptions, type AwsConnection } from '../../../shared/engine/aws/aws-connection.ts';
import { awsResourceNames } from '../../../shared/engine/aws/aws-resource-names.ts';
import { jobPartitions } from '../../../shared/engine/aws/dynamo/dynamo-table.ts';
import type { EpochId } from '../../../shared/proving-job/epoch-id.ts';
import { itemBytes } from '../../fixtures/dynamo-item-bytes.ts';

export interface LedgerWeight {
  readonly items: number;
  /** As limits and units count them. */
  readonly bytes: number;
  readonly largestBytes: number;
}

/** The items of an epoch's jobs, as they are stored. */
export async function weighLedger(connection: AwsConnection, prefix: string, epoch: EpochId): Promise<LedgerWeight> {
  const client = new DynamoDBClient(awsClientOptions(connection));
  const sizes: number[] = [];
  for (const pk of jobPartitions(epoch)) {
    const query = {
      TableName: awsResourceNames(prefix).ledgerTable,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk } },
    };
    for await (const { Items = [] } of paginateQuery({ client }, query)) sizes.push(...Items.map(itemBytes));
  }
  client.destroy();
  return { items: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0), largestBytes: Math.max(...sizes) };
}
