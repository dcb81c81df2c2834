import { randomBytes } from 'node:crypto';

import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';

import type { ProvingJobId } from '../../../proving-job/proving-job-id.ts';
import type { DynamoItem } from '../dynamo/dynamo-item.ts';
import { parseJobItem, type StoredJob } from './dynamo-job-item.ts';
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

/** The outcome of a conditional write, and the job as it is now, changed or not; `undefined` if it does not exist. */
export type WriteAnswer =
  | { readonly written: true; readonly job: StoredJob }
  | { readonly written: false; readonly job: StoredJob | undefined };

/** Every state by its name, so that expressions can say `:queued`. */
export const STATES: Readonly<Record<string, unknown>> = Object.fromEntries(
  JobState.options.map((state) => [state, state]),
);

/**
 * Changes a job that exists; never creates one. When the condition fails, the same request returns the job as it is.
 *
 * The SDK sends a write again whose response was lost, and its condition then fails because of its own success: callers
 * check for that.
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
    if (Attributes === undefined) throw new Error(`the ledger returned nothing for the change of proving job ${jobId}`);
    return Attributes as DynamoItem;
  });
}

/** Writes the item if its key is free. */
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

/** The id that a call leaves in the jobs it changes, to recognise them if the response is lost. Short, for their size. */
export function newWriteId(): string {
  return randomBytes(6).toString('base64url');
}

/** The names and values of DynamoDB expressions in which `#name` is an attribute and `:name` a value. */
interface ExpressionParts {
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, unknown>;
}

/**
 * What the expressions mention, and nothing else: DynamoDB refuses a value that is not used.
 * @param values by their name, without the colon
 * @param names attributes whose name is not the word after the `#`
 */
export function partsOf(
  expressions: readonly string[],
  values: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, string>> = {},
): ExpressionParts {
  const text = expressions.join(' ');
  return {
    ExpressionAttributeNames: mentioned(text, /#(\w+)/g, (name) => names[name] ?? name),
    ExpressionAttributeValues: mentioned(text, /:(\w+)/g, (name) => values[name]),
  };
}

function mentioned<T>(text: string, pattern: RegExp, of: (name: string) => T): Record<string, T> {
  return Object.fromEntries(Array.from(text.matchAll(pattern), ([alias, name = '']) => [alias, of(name)]));
}

async function unlessRefused(table: DynamoTable, write: () => Promise<DynamoItem>): Promise<WriteAnswer> {
  try {
    return { written: true, job: parseJobItem(table, await write()) };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    if (error.Item === undefined) return { written: false, job: undefined };
    // The document client converts responses, but not the items inside errors.
    return { written: false, job: parseJobItem(table, unmarshall(error.Item) as DynamoItem) };
  }
}
