import { type AwsResourceNames, awsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { parseFunctionSettings } from '../../shared/lambda/function-settings.ts';
import { oncePerContainer } from '../../shared/lambda/once-per-container.ts';
import { openFunction } from '../../shared/lambda/open-function.ts';
import { readLetters } from './read-letters.ts';
import { settleDeadLetters, type SettleDeadLettersDeps } from './settle-dead-letters.ts';

interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

const prepared = oncePerContainer(async (): Promise<SettleDeadLettersDeps & { readonly names: AwsResourceNames }> => {
  const settings = parseFunctionSettings([], process.env);
  const { engine, log } = openFunction('settle-dead-letters', settings);
  const { jobs, incidents, keptDeadLetters: kept } = engine;
  return { jobs, incidents, kept, names: awsResourceNames(settings.awsPrefix), log };
});

/** For the messages of the fleet's dead-letter queues; answers which of them have to come again. */
export async function handler(event: unknown): Promise<BatchAnswer> {
  const { names, ...deps } = await prepared.get();
  const failed = await settleDeadLetters(readLetters(event, names), deps);
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
