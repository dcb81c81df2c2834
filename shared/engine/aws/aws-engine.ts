import { DynamoDeadLetters } from './dynamo-ledgers/dynamo-dead-letters.ts';
import { SqsJobQueue } from './sqs/sqs-job-queue.ts';
import { DynamoAgentRegistry } from './dynamo-ledgers/dynamo-agent-registry.ts';
import { DynamoDecisionLog } from './dynamo-ledgers/dynamo-decision-log.ts';
import { DynamoEpochLedger } from './dynamo-ledgers/dynamo-epoch-ledger.ts';
import { DynamoIncidentLog } from './dynamo-ledgers/dynamo-incident-log.ts';
import { DynamoJobLedger } from './dynamo-jobs/dynamo-job-ledger.ts';
import { DynamoNotes } from './dynamo-ledgers/dynamo-notes.ts';
import { DynamoOutbox } from './dynamo-ledgers/dynamo-outbox.ts';
import { DynamoSpotEvents } from './dynamo-ledgers/dynamo-spot-events.ts';
import { NotedGrowingEpochs } from './dynamo-ledgers/noted-growing-epochs.ts';
import { DynamoSettlementFeed } from './dynamo-stream/dynamo-settlement-feed.ts';
import { DynamoTableStream } from './dynamo-stream/dynamo-stream.ts';
import type { DynamoTable } from './dynamo/dynamo-table.ts';
import { type AttemptBudgets, DEFAULT_ATTEMPT_BUDGETS } from '../../ledger/job-ledger.ts';
import { LambdaScaler } from './fleet/lambda-scaler.ts';
import { S3ProofStore } from './s3/s3-proof-store.ts';
import { createAwsClients } from './aws-clients.ts';
import type { AwsConnection } from './aws-connection.ts';
import { awsResourceNames } from './aws-resource-names.ts';
import { AwsRetries } from './aws-retries.ts';
import type { CompleteEngine } from '../engine.ts';
import type { EngineLog } from '../engine-log.ts';
import type { FleetLine } from '../../proving-job/fleet-line.ts';
import { explainAwsErrors } from './explain-aws-errors.ts';
import { UnreadableRecords } from '../unreadable-records.ts';

export interface AwsEngineOptions {
  /** What the names of the fleet's resources begin with. */
  readonly prefix: string;
  /** The bucket of the proofs. @default `<prefix>-proofs` */
  readonly bucket?: string;
  /** The version lines whose queues are used. @default the native one */
  readonly lines?: readonly FleetLine[];
  readonly connection: AwsConnection;
  /** How long a claimed message stays hidden without a heartbeat, in whole seconds. */
  readonly leaseSeconds: number;
  readonly attemptBudgets?: AttemptBudgets;
  /** Unix time in milliseconds. @default Date.now */
  readonly nowMs?: () => number;
  /** Gets, in few lines, which calls had to be tried again, and when the scaler was asked. */
  readonly log?: EngineLog;
}

/** Builds the ports on SQS, S3, DynamoDB and Lambda. Sends no request: a call that finds its resource missing says so. */
export function openAwsEngine(options: AwsEngineOptions): CompleteEngine {
  const { connection, leaseSeconds, nowMs = Date.now, attemptBudgets = DEFAULT_ATTEMPT_BUDGETS, log } = options;
  const names = awsResourceNames(options.prefix, options.bucket);
  const retries = new AwsRetries(log);
  const clients = createAwsClients(connection, (client) => {
    explainAwsErrors(client, names.ledgerTable, connection);
    retries.watch(client);
  });
  const table: DynamoTable = { client: clients.dynamo, name: names.ledgerTable };
  const keptDeadLetters = new DynamoDeadLetters(table, nowMs);
  const queue = new SqsJobQueue(clients, names, { leaseSeconds, nowMs, lines: options.lines, keptDeadLetters });
  const notes = new DynamoNotes(table);
  const unreadable = new UnreadableRecords(log);
  return {
    queue,
    proofs: new S3ProofStore({
      s3: clients.s3,
      bucket: names.proofsBucket,
      nowMs,
      onRetry: (error) => retries.note('S3:object', error),
    }),
    jobs: new DynamoJobLedger(table, { budgets: attemptBudgets, nowMs, unreadable }),
    settlements: new DynamoSettlementFeed(new DynamoTableStream(table, clients.streams), (error) =>
      retries.note('settlements', error),
    ),
    epochs: new DynamoEpochLedger(table, nowMs, unreadable),
    outbox: new DynamoOutbox(table, nowMs, unreadable),
    agents: new DynamoAgentRegistry(table, nowMs, unreadable),
    incidents: new DynamoIncidentLog(table, nowMs, unreadable),
    decisions: new DynamoDecisionLog(table, unreadable),
    disks: undefined,
    growingEpochs: new NotedGrowingEpochs(notes),
    spotEvents: new DynamoSpotEvents(table),
    notes,
    keptDeadLetters,
    unreadable,
    scaler: new LambdaScaler(clients, names, { nowMs, log }),
    close: async () => {
      // Its polls may still receive a message, which must go back.
      await queue.close();
      clients.close();
      retries.flush();
    },
  };
}
