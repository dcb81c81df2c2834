import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

import { runConsole } from '../../../containers/console/run-console.ts';
import { awsClientOptions } from '../../../shared/engine/aws/aws-connection.ts';
import { DynamoJobLedger } from '../../../shared/engine/aws/dynamo-jobs/dynamo-job-ledger.ts';
import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { DEFAULT_ATTEMPT_BUDGETS } from '../../../shared/ledger/job-ledger.ts';
import { peakMib } from '../scale/measured.ts';

/**
 * A console in a process of its own.
 *
 *     node serve-console.ts FOLDER [PORT]
 *
 * Serves the fleet of the folder; with a port, its jobs come from the DynamoDB there. Sends a {@link ConsoleFigure} to the
 * process that forked it: its port once it serves, and the most memory that it has had, in MiB, for each message that it gets.
 */
export type ConsoleFigure = number;

process.env['AWS_ACCESS_KEY_ID'] = 'bench';
process.env['AWS_SECRET_ACCESS_KEY'] = 'bench';
const [dataDirectory = '', dynamoPort] = process.argv.slice(2);
const embedded = openEmbeddedEngine({ dataDirectory, leaseSeconds: 120 });
const engine: Engine =
  dynamoPort === undefined ? embedded : { ...embedded, jobs: jobsAt(dynamoPort), disks: undefined };

process.on('message', () => process.send?.(peakMib() satisfies ConsoleFigure));
process.on('disconnect', () => process.exit(0));
await runConsole(
  {
    host: '127.0.0.1',
    port: 0,
    hostNames: [],
    place: 'a bench',
    l1RpcUrls: [],
    etherDollars: 3000,
    agentDollarsPerHour: undefined,
  },
  {
    engine,
    signal: new AbortController().signal,
    onListening: (port) => process.send?.(port satisfies ConsoleFigure),
    onTrouble: (message) => process.stderr.write(`${message}\n`),
  },
);

function jobsAt(port: string): DynamoJobLedger {
  const options = awsClientOptions({ region: 'eu-central-1', endpoint: `http://127.0.0.1:${port}` });
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(options), {
    marshallOptions: { removeUndefinedValues: true },
  });
  return new DynamoJobLedger({ client, name: 'bench' }, { budgets: DEFAULT_ATTEMPT_BUDGETS, nowMs: Date.now });
}
