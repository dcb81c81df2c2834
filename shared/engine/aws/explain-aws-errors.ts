import { ResourceNotFoundException } from '@aws-sdk/client-dynamodb';

import type { AwsConnection } from './aws-connection.ts';
import type { SdkClient, SdkStack } from './aws-retries.ts';
import { AwsCredentialsMissingError, AwsRegionMissingError, LedgerTableMissingError } from '../errors.ts';

/**
 * Makes a client's errors say what to do where no adapter could know: no region, no credentials, no ledger table.
 * Errors of queues and buckets are explained by their adapters, which know the names.
 */
export function explainAwsErrors(client: SdkClient, ledgerTable: string, connection: AwsConnection): void {
  const explain = async (error: unknown): Promise<unknown> => {
    if (!(error instanceof Error)) return error;
    if (error.message === 'Region is missing') return new AwsRegionMissingError({ cause: error });
    if (error.name === 'CredentialsProviderError') return new AwsCredentialsMissingError({ cause: error });
    // DynamoDB's own class: other services have exceptions of this name too.
    if (!(error instanceof ResourceNotFoundException)) return error;
    const endpoint = connection.endpoint ?? process.env['AWS_ENDPOINT_URL'];
    const place = { region: await client.config.region(), ...(endpoint !== undefined && { endpoint }) };
    return new LedgerTableMissingError(ledgerTable, place, { cause: error });
  };
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
