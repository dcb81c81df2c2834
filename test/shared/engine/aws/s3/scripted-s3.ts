import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { S3Client } from '@aws-sdk/client-s3';

import { awsClientOptions } from '../../../../../shared/engine/aws/aws-connection.ts';

/** Responds to one request, or does not. */
export type ScriptedAnswer = (response: ServerResponse) => void;

export interface ScriptedS3 {
  readonly s3: S3Client;
  /** The requests, in order, the SDK's retries included. */
  readonly requests: readonly IncomingMessage[];
  close(): Promise<void>;
}

/** An S3 with scripted responses: one for each request, and the last one for all further requests. */
export async function startScriptedS3(...answers: readonly [ScriptedAnswer, ...ScriptedAnswer[]]): Promise<ScriptedS3> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)]!;
    requests.push(request);
    request.resume().once('end', () => answer(response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const s3 = new S3Client({
    ...awsClientOptions({
      region: 'us-east-1',
      endpoint: `http://localhost:${(server.address() as AddressInfo).port}`,
    }),
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return {
    s3,
    requests,
    close: async () => {
      s3.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function whole(bytes: Uint8Array): ScriptedAnswer {
  return (response) => response.writeHead(200, { 'content-length': bytes.byteLength }).end(bytes);
}

/** Breaks the connection in the middle of the body. */
export function cut(bytes: Uint8Array): ScriptedAnswer {
  return (response) => {
    response.writeHead(200, { 'content-length': bytes.byteLength });
    response.write(bytes.subarray(0, bytes.byteLength / 2), () => response.destroy());
  };
}

/** Sends half of the body and then no more. */
export function stalled(bytes: Uint8Array): ScriptedAnswer {
  return (response) => {
    response.writeHead(200, { 'content-length': bytes.byteLength });
    response.write(bytes.subarray(0, bytes.byteLength / 2));
  };
}

/** Sends byte by byte, each in good time. */
export function trickling(bytes: Uint8Array, pauseMs: number): ScriptedAnswer {
  return (response) => {
    response.writeHead(200, { 'content-length': bytes.byteLength });
    let sent = 0;
    const timer = setInterval(() => response.write(bytes.subarray(sent, (sent += 1))), pauseMs);
    response.once('close', () => clearInterval(timer));
  };
}

export function stored(): ScriptedAnswer {
  return (response) => response.writeHead(200, { etag: '"1"', 'content-length': 0 }).end();
}

export function refused(status: number, code: string): ScriptedAnswer {
  return (response) =>
    response
      .writeHead(status, { 'content-type': 'application/xml' })
      .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>as scripted</Message></Error>`);
}

/** Takes the request and never responds. */
export function lost(): ScriptedAnswer {
  return (response) => response.destroy();
}
