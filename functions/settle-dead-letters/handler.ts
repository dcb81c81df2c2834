import { awsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { parseFunctionSettings } from '../../shared/lambda/function-settings.ts';
import { oncePerContainer } from '../../shared/lambda/once-per-container.ts';
import { openFunction } from '../../shared/lambda/open-function.ts';
import { NATIVE_LINE_ALONE } from '../../shared/proving-job/fleet-line.ts';
import { type FleetQueues, readLetters } from './read-letters.ts';
import { settleDeadLetters, type SettleDeadLettersDeps } from './settle-dead-letters.ts';

interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

const prepared = oncePerContainer(async (): Promise<SettleDeadLettersDeps & { readonly queues: FleetQueues }> => {
  const settings = parseFunctionSettings([], process.env);
  const { engine, log } = openFunction('settle-dead-letters', settings);
  const { jobs, incidents, keptDeadLetters: kept } = engine;
  const { awsPrefix, lines = NATIVE_LINE_ALONE } = settings;
  return { jobs, incidents, kept, queues: { names: awsResourceNames(awsPrefix), lines }, log };
});

/** Handles messages of the fleet's dead-letter queues. Returns which of them SQS has to deliver again. */
export async function handler(event: unknown): Promise<BatchAnswer> {
  const { queues, ...deps } = await prepared.get();
  const failed = await settleDeadLetters(readLetters(event, queues), deps);
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
