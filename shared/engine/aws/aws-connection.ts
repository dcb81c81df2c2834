import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import { NodeHttpHandler } from '@smithy/node-http-handler';

/** How to reach AWS, in plain values. Credentials come from where the SDK finds them, never from here. */
export interface AwsConnection {
  /** @default what the SDK finds (`AWS_REGION`, the profile, the task's metadata) */
  readonly region?: string;
  /** An emulator's URL. @default AWS itself, or `AWS_ENDPOINT_URL` */
  readonly endpoint?: string;
}

/** What the constructor of every SDK client takes. */
export interface AwsClientOptions extends AwsConnection {
  readonly maxAttempts: number;
  readonly requestHandler: NodeHttpHandler;
}

const CONNECT_MS = 2_000;
/** Longer than SQS's longest poll, 20 s. */
const REQUEST_MS = 30_000;
/** Of each client. A request that finds none free waits, which counts against {@link CONNECT_MS}. */
export const MAX_SOCKETS = 50;
/** With the SDK's growing pauses, the last try comes some seconds after the first; callers have their own patience. */
const MAX_ATTEMPTS = 5;

/** Options for one client: each has its own sockets, so that long polls never keep a heartbeat waiting. */
export function awsClientOptions(connection: AwsConnection): AwsClientOptions {
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS };
  return {
    ...connection,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    }),
  };
}
