import type { AwsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { DynamoDeadLetters } from '../../shared/engine/aws/dynamo-ledgers/dynamo-dead-letters.ts';
import { parseFunctionSettings } from '../../shared/lambda/function-settings.ts';
import { oncePerContainer } from '../../shared/lambda/once-per-container.ts';
import { openFunction } from '../../shared/lambda/open-function.ts';
import { openLedgerTable } from '../../shared/lambda/open-ledger-table.ts';
import { readLetters } from './read-letters.ts';
import { settleDeadLetters, type SettleDeadLettersDeps } from './settle-dead-letters.ts';

interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

const prepared = oncePerContainer(async (): Promise<SettleDeadLettersDeps & { readonly names: AwsResourceNames }> => {
  const settings = parseFunctionSettings([], process.env);
  const { engine, log } = await openFunction('settle-dead-letters', settings);
  const { table, names } = openLedgerTable(settings);
  return { jobs: engine.jobs, incidents: engine.incidents, kept: new DynamoDeadLetters(table, Date.now), names, log };
});

/** Handles messages of the fleet's dead-letter queues. Returns which of them SQS has to deliver again. */
export async function handler(event: unknown): Promise<BatchAnswer> {
  const { names, ...deps } = await prepared.get();
  const failed = await settleDeadLetters(readLetters(event, names), deps);
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
