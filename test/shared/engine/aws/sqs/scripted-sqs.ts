import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

import { SQSClient } from '@aws-sdk/client-sqs';

import { awsClientOptions } from '../../../../../shared/engine/aws/aws-connection.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface SqsRequest {
  readonly action: string;
  /** The name of the queue. */
  readonly queue: string;
  readonly input: Json;
  /** The client hung up before the response. */
  wasCut: boolean;
}

/** Responds to a request, now or later: with its output, or with a {@link Refusal}. */
export type SqsScript = (request: SqsRequest) => Json | Refusal | Promise<Json | Refusal>;

/** An error as SQS writes it: the code of its older protocol goes into a header, mostly. */
export class Refusal {
  readonly status: number;
  readonly type: string;
  readonly queryCode: string | undefined;

  constructor(status: number, type: string, queryCode?: string) {
    this.status = status;
    this.type = type;
    this.queryCode = queryCode;
  }
}

export interface ScriptedSqs {
  readonly endpoint: string;
  readonly sqs: SQSClient;
  /** The requests, in order, the SDK's retries included. */
  readonly requests: readonly SqsRequest[];
  requestsOf(action: string): readonly SqsRequest[];
  /** The number of connections opened so far. */
  connections(): number;
  /** Scripts all further requests of the action; others succeed and find nothing. */
  script(action: string, script: SqsScript): void;
  close(): Promise<void>;
}

/** An SQS with scripted responses. */
export async function startScriptedSqs(): Promise<ScriptedSqs> {
  const requests: SqsRequest[] = [];
  const scripts = new Map<string, SqsScript>([
    ['GetQueueUrl', ({ queue }) => ({ QueueUrl: `http://localhost:${port}/000000000000/${queue}` })],
    ['SendMessageBatch', ({ input }) => sentExcept(input)],
  ]);
  const server = createServer((incoming, response) => void answer(incoming, response));
  let connections = 0;
  server.on('connection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const action = String(incoming.headers['x-amz-target']).replace(/^.*\./, '');
    const input = (await json(incoming)) as Json;
    const queue = String(input['QueueName'] ?? input['QueueUrl']).replace(/^.*\//, '');
    const request: SqsRequest = { action, queue, input, wasCut: false };
    requests.push(request);
    response.once('close', () => (request.wasCut = !response.writableFinished));
    const output = (await scripts.get(action)?.(request)) ?? {};
    const isRefused = output instanceof Refusal;
    response
      .writeHead(isRefused ? output.status : 200, {
        'content-type': 'application/x-amz-json-1.0',
        ...(isRefused && output.queryCode !== undefined && { 'x-amzn-query-error': `${output.queryCode};Sender` }),
      })
      .end(JSON.stringify(isRefused ? { __type: output.type, message: 'as scripted' } : output));
  }

  const endpoint = `http://localhost:${port}`;
  const sqs = new SQSClient({
    ...awsClientOptions({ region: 'us-east-1', endpoint }),
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  return {
    endpoint,
    sqs,
    requests,
    requestsOf: (action) => requests.filter((request) => request.action === action),
    connections: () => connections,
    script: (action, script) => scripts.set(action, script),
    close: async () => {
      sqs.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The response to a batch of which some entries failed. */
export function sentExcept(input: Json, failed: readonly Json[] = []): Json {
  const entries = input['Entries'] as readonly { readonly Id: string; readonly MessageBody: string }[];
  return {
    Successful: entries
      .filter(({ Id }) => failed.every((failure) => failure['Id'] !== Id))
      .map(({ Id, MessageBody }) => ({ Id, MessageId: `sent-${Id}`, MD5OfMessageBody: md5Of(MessageBody) })),
    ...(failed.length > 0 && { Failed: failed }),
  };
}

/** The response to a poll that found one message. */
export function found(body: string, handle = 'handle', attributes: Json = {}): Json {
  const Attributes = { ApproximateReceiveCount: '1', SentTimestamp: '0', ...attributes };
  return { Messages: [{ MessageId: handle, ReceiptHandle: handle, Body: body, MD5OfBody: md5Of(body), Attributes }] };
}

function md5Of(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
