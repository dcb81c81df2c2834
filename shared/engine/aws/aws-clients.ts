import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

import { awsClientOptions, type AwsConnection } from './aws-connection.ts';

/** The SDK's clients that the engine works with; one set for each process. */
export interface AwsClients {
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly dynamo: DynamoDBDocumentClient;
  readonly streams: DynamoDBStreamsClient;
  /** Closes the sockets; calls under way fail. */
  close(): void;
}

/** By which the SDK finds S3, unless they are empty. */
const S3_ENDPOINT_VARIABLES = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'];

export function createAwsClients(connection: AwsConnection): AwsClients {
  const sqs = new SQSClient({
    ...awsClientOptions(connection),
    // With AWS_ENDPOINT_URL the SDK would follow the host that an emulator writes into its queues' URLs.
    useQueueUrlAsEndpoint: false,
  });
  const s3 = new S3Client({
    ...awsClientOptions(connection),
    // An emulator has no DNS name for each bucket.
    forcePathStyle: [connection.endpoint, ...S3_ENDPOINT_VARIABLES.map((name) => process.env[name])].some(Boolean),
    // The store sends and checks a sha256 of its own: the SDK's CRC32 on top would read every byte once more.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    followRegionRedirects: false,
  });
  const dynamo = new DynamoDBClient(awsClientOptions(connection));
  const streams = new DynamoDBStreamsClient(awsClientOptions(connection));
  return {
    sqs,
    s3,
    dynamo: DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } }),
    streams,
    close() {
      for (const client of [sqs, s3, dynamo, streams]) client.destroy();
    },
  };
}
