import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';

import type { ProvingJobId } from '../../../proving-job/proving-job-id.ts';
import { partsOf } from '../dynamo/dynamo-expressions.ts';
import type { DynamoItem } from '../dynamo/dynamo-item.ts';
import { parseJobItem, type StoredJob } from './dynamo-job-item.ts';
import { plainItem } from '../dynamo/dynamo-plain-item.ts';
import { type DynamoTable, jobKey } from '../dynamo/dynamo-table.ts';
import { JobState } from '../../../ledger/job-ledger.ts';

/** A change of one job that happens if its condition holds. `#name` is an attribute, `:name` a value, `:queued` a state. */
export interface JobUpdate {
  readonly update: string;
  readonly condition: string;
  /** Values by their name; those that neither expression mentions are left out. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Attributes whose name is not the word after the `#`. */
  readonly names?: Readonly<Record<string, string>>;
}

/** What came of a conditional write, and the job as it is now, whether it was changed or not; `undefined` if there is none. */
export type WriteAnswer =
  | { readonly written: true; readonly job: StoredJob }
  | { readonly written: false; readonly job: StoredJob | undefined };

/** Every state by its own name, so that expressions can say `:queued`. */
export const STATES: Readonly<Record<string, unknown>> = Object.fromEntries(
  JobState.options.map((state) => [state, state]),
);

/**
 * Changes a job that is known; never makes one. What stood in the way is told by the same request.
 *
 * The SDK sends a write again whose answer was lost, and then finds its own success in the way: who calls this looks for it.
 */
export async function updateJob(table: DynamoTable, jobId: ProvingJobId, change: JobUpdate): Promise<WriteAnswer> {
  const condition = `attribute_exists(#pk) AND (${change.condition})`;
  const command = new UpdateCommand({
    TableName: table.name,
    Key: jobKey(jobId),
    UpdateExpression: change.update,
    ConditionExpression: condition,
    ...partsOf([change.update, condition], { ...STATES, ...change.values }, change.names),
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  return unlessRefused(table, async () => {
    const { Attributes } = await table.client.send(command);
    if (Attributes === undefined) throw new Error(`the ledger did not answer with proving job ${jobId}`);
    return Attributes as DynamoItem;
  });
}

/** Writes the item if there is none with its key. */
export async function putNewJob(table: DynamoTable, item: DynamoItem): Promise<WriteAnswer> {
  const command = new PutCommand({
    TableName: table.name,
    Item: item,
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  return unlessRefused(table, async () => {
    await table.client.send(command);
    return item;
  });
}

async function unlessRefused(table: DynamoTable, write: () => Promise<DynamoItem>): Promise<WriteAnswer> {
  try {
    return { written: true, job: parseJobItem(table, await write()) };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    if (error.Item === undefined) return { written: false, job: undefined };
    return { written: false, job: parseJobItem(table, plainItem(error.Item) as DynamoItem) };
  }
}
