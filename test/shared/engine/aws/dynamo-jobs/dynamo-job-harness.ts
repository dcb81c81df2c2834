import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

import { type AwsConnection, awsClientOptions } from '../../../../../shared/engine/aws/aws-connection.ts';
import { DynamoJobLedger } from '../../../../../shared/engine/aws/dynamo-jobs/dynamo-job-ledger.ts';
import { type DynamoTable, jobKey } from '../../../../../shared/engine/aws/dynamo/dynamo-table.ts';
import { AgentId, type JobLease, type NewJob, type ProofReport } from '../../../../../shared/ledger/job-ledger.ts';
import { outputsKey } from '../../../../../shared/proof-store/proof-store.ts';
import { type ProvingJobId, sha256Of } from '../../../../../shared/proving-job/proving-job-id.ts';
import { aNewJob } from '../../../../contract/a-new-job.ts';
import { openAwsHarness } from '../../../../contract/aws-harness.ts';
import { CONTRACT_BUDGETS } from '../../../../contract/job-ledger.contract.ts';
import type { Item } from '../../../../fixtures/dynamo-item-bytes.ts';

export const ALICE = AgentId.parse('alice');
export const BOB = AgentId.parse('bob');
export const LEASE_SECONDS = 60;

export interface DynamoJobHarness {
  readonly connection: AwsConnection;
  readonly table: DynamoTable;
  readonly jobs: DynamoJobLedger;
  nowMs(): number;
  elapse(seconds: number): Promise<void>;
  /** A ledger over the same table, by default on the same clock. */
  over(client: DynamoDBDocumentClient, nowMs?: () => number): DynamoJobLedger;
  recorded(job?: NewJob): Promise<NewJob>;
  leased(jobId: ProvingJobId, agentId?: AgentId): Promise<JobLease>;
  /** The job's item as it is stored. */
  itemOf(jobId: ProvingJobId): Promise<Item>;
  close(): Promise<void>;
}

/** A ledger of jobs over a new table, on a clock that the test moves. */
export async function openDynamoJobHarness(): Promise<DynamoJobHarness> {
  const harness = await openAwsHarness(['table']);
  const table = { client: harness.clients.dynamo, name: harness.names.ledgerTable };
  const plain = new DynamoDBClient(awsClientOptions(harness.connection));
  const over: DynamoJobHarness['over'] = (client, nowMs = () => harness.nowMs()) =>
    new DynamoJobLedger({ ...table, client }, { budgets: CONTRACT_BUDGETS, nowMs });
  const jobs = over(table.client);
  return {
    connection: harness.connection,
    table,
    jobs,
    nowMs: () => harness.nowMs(),
    elapse: (seconds) => harness.elapse(seconds),
    over,
    recorded: async (job = aNewJob()) => {
      await jobs.record(job);
      return job;
    },
    leased: async (jobId, agentId = ALICE) => {
      const answer = await jobs.claim(jobId, agentId, LEASE_SECONDS);
      if (answer.outcome !== 'claimed') throw new Error(`expected to claim ${jobId}, was ${answer.outcome}`);
      return answer.lease;
    },
    itemOf: async (jobId) => {
      const { pk, sk } = jobKey(jobId);
      const { Item } = await plain.send(
        new GetItemCommand({ TableName: table.name, Key: { pk: { S: pk }, sk: { S: sk } }, ConsistentRead: true }),
      );
      if (Item === undefined) throw new Error(`expected an item of ${jobId}`);
      return Item;
    },
    close: async () => {
      plain.destroy();
      await harness.close();
    },
  };
}

/** A document client as the engine's, whose calls `before` sees first, by the command's name. */
export function spiedClient(
  connection: AwsConnection,
  before: (commandName: string) => Promise<void>,
): DynamoDBDocumentClient {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(awsClientOptions(connection)), {
    marshallOptions: { removeUndefinedValues: true },
  });
  client.middlewareStack.add(
    (next, context) => async (args) => {
      await before(String(context['commandName']));
      return await next(args);
    },
    { step: 'initialize' },
  );
  return client;
}

export function proofOf(job: NewJob, claimedAtMs: number, agentId = ALICE, text = 'proof'): ProofReport {
  const bytes = new TextEncoder().encode(text);
  return {
    jobId: job.id,
    agentId,
    proof: { key: outputsKey(job.circuit, job.id), sha256: sha256Of(bytes), sizeBytes: bytes.byteLength },
    provingMs: 1234.5,
    claimedAtMs,
  };
}
