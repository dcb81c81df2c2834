import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

import { awsClientOptions, type AwsConnection } from './aws-connection.ts';
import type { SdkClient } from './aws-retries.ts';
import type { FunctionInvoker } from './function-invoker.ts';

/** The SDK's clients that the engine works with; one set for each process. */
export interface AwsClients {
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly dynamo: DynamoDBDocumentClient;
  readonly streams: DynamoDBStreamsClient;
  /** Loads the client of Lambda when first called: most programs invoke no function, and start faster without it. */
  functions(): Promise<FunctionInvoker>;
  /** Closes the sockets; calls under way fail. */
  close(): void;
}

/** Environment variables that give the SDK an endpoint for S3, unless they are empty. */
const S3_ENDPOINT_VARIABLES = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'];

/** @param onClient called with each client before its first use, to add middleware */
export function createAwsClients(
  connection: AwsConnection,
  onClient: (client: SdkClient) => void = () => undefined,
): AwsClients {
  const sqs = new SQSClient({
    ...awsClientOptions(connection),
    // With AWS_ENDPOINT_URL the SDK would follow the host that an emulator writes into its queues' URLs.
    useQueueUrlAsEndpoint: false,
  });
  const s3 = new S3Client({
    ...awsClientOptions(connection),
    // An emulator has no DNS name for each bucket.
    forcePathStyle: [connection.endpoint, ...S3_ENDPOINT_VARIABLES.map((name) => process.env[name])].some(Boolean),
    // The store sends and checks its own sha256: the SDK's CRC32 on top would read every byte once more.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    followRegionRedirects: false,
  });
  const dynamo = new DynamoDBClient(awsClientOptions(connection));
  const streams = new DynamoDBStreamsClient(awsClientOptions(connection));
  const opened: (SdkClient & { destroy(): void })[] = [sqs, s3, dynamo, streams];
  for (const client of opened) onClient(client);

  const openFunctions = async (): Promise<FunctionInvoker> => {
    const { FunctionInvoker } = await import('./function-invoker.ts');
    const invoker = new FunctionInvoker(connection);
    opened.push(invoker.client);
    onClient(invoker.client);
    return invoker;
  };
  let functions: Promise<FunctionInvoker> | undefined;
  return {
    sqs,
    s3,
    dynamo: DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } }),
    streams,
    functions: () => (functions ??= openFunctions()),
    close() {
      for (const client of opened) client.destroy();
    },
  };
}
