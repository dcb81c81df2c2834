import { ResourceNotFoundException } from '@aws-sdk/client-dynamodb';

import type { AwsClients } from './aws-clients.ts';
import type { AwsConnection } from './aws-connection.ts';
import type { SdkClient, SdkStack } from './aws-retries.ts';
import { AwsCredentialsMissingError, AwsRegionMissingError, LedgerTableMissingError } from '../errors.ts';

/**
 * Has the clients say what to do about what no adapter could know: no region, no credentials, no such table. Queues and
 * buckets are explained by their adapters, which know the names.
 */
export function explainAwsErrors(clients: AwsClients, ledgerTable: string, connection: AwsConnection): void {
  const { sqs, s3, dynamo, streams } = clients;
  for (const client of [sqs, s3, streams]) onError(client, explainSetup);
  onError(dynamo, async (error) => {
    if (!(error instanceof ResourceNotFoundException)) return explainSetup(error);
    const endpoint = connection.endpoint ?? process.env['AWS_ENDPOINT_URL'];
    const place = { region: await dynamo.config.region(), ...(endpoint !== undefined && { endpoint }) };
    return new LedgerTableMissingError(ledgerTable, place, { cause: error });
  });
}

function explainSetup(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.message === 'Region is missing') return new AwsRegionMissingError({ cause: error });
  if (error.name === 'CredentialsProviderError') return new AwsCredentialsMissingError({ cause: error });
  return error;
}

function onError(client: SdkClient, explain: (error: unknown) => unknown): void {
  const stack = client.middlewareStack as SdkStack;
  stack.add(
    (next) => async (call) => {
      try {
        return await next(call);
      } catch (error) {
        throw await explain(error);
      }
    },
    { step: 'initialize', priority: 'high', name: 'coppiceErrors' },
  );
}
