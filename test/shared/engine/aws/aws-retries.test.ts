import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { type AwsClients, createAwsClients } from '../../../../shared/engine/aws/aws-clients.ts';
import { AwsRetries } from '../../../../shared/engine/aws/aws-retries.ts';

type Answer = { readonly status: number; readonly body: unknown } | 'cut';

const BUSY: Answer = { status: 503, body: { __type: 'ServiceUnavailable', message: 'later' } };
const FOUND: Answer = { status: 200, body: { QueueUrl: 'http://queue' } };

describe('the log of retried calls to AWS', () => {
  let server: Server;
  let clients: AwsClients;
  let answers: Answer[];
  let lines: unknown[];
  let retries: AwsRetries;
  beforeEach(async () => {
    answers = [];
    server = createServer((request, response) => {
      const answer = answers.shift() ?? FOUND;
      if (answer === 'cut') return void request.socket.destroy();
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(answer.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    lines = [];
    retries = new AwsRetries({ warn: (fields: unknown) => void lines.push(fields) });
    const connection = { region: 'us-east-1', endpoint: `http://127.0.0.1:${port}` };
    clients = createAwsClients(connection, (client) => retries.watch(client));
  });
  afterEach(() => {
    vi.useRealTimers();
    clients.close();
    server.close();
  });

  const ask = () => clients.sqs.send(new GetQueueUrlCommand({ QueueName: 'queue' }));

  it('counts each retry by service, operation and reason', async () => {
    answers = [BUSY, 'cut', BUSY];
    await ask();
    answers = [
      { status: 500, body: { __type: 'InternalServerError' } },
      { status: 200, body: {} },
    ];
    await clients.dynamo.send(new GetCommand({ TableName: 'table', Key: { pk: 'a' } }));
    retries.flush();
    expect(lines).toEqual([
      {
        retried: {
          'SQS:GetQueueUrl 503 ServiceUnavailable': 2,
          'SQS:GetQueueUrl ECONNRESET': 1,
          'DynamoDB:GetItem 500 InternalServerError': 1,
        },
      },
    ]);
  });

  it('does not count calls that succeeded, or that failed without a retry', async () => {
    answers = [
      FOUND,
      { status: 400, body: { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'no such queue' } },
    ];
    await ask();
    await expect(ask()).rejects.toThrow('no such queue');
    retries.flush();
    expect(lines).toEqual([]);
  });

  it('writes at most one line in ten seconds, however many retries there are', async () => {
    vi.useFakeTimers();
    for (let times = 0; times < 1000; times += 1) retries.note('S3:body', new Error('cut'));
    await vi.advanceTimersByTimeAsync(9_999);
    expect(lines).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(lines).toEqual([{ retried: { 'S3:body Error': 1000 } }]);
    await vi.advanceTimersByTimeAsync(60_000);
    retries.flush();
    expect(lines).toHaveLength(1);
    retries.note('S3:body', new Error('cut'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(lines).toHaveLength(2);
  });
});
