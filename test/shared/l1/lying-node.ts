import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Anvil } from './start-anvil.ts';

/** Replaces the result of a method, or the promise of one; an error becomes the node's refusal. */
export type Lie = (truth: unknown, params: readonly unknown[]) => unknown;

/** An L1 node that passes all requests on to an anvil, and lies about some of them. */
export interface LyingNode {
  readonly url: string;
  /** By method. */
  readonly lies: Map<string, Lie>;
  /** How often each method was requested. */
  readonly asked: Map<string, number>;
  close(): Promise<void>;
}

export async function openLyingNode(anvil: Anvil): Promise<LyingNode> {
  const lies = new Map<string, Lie>();
  const asked = new Map<string, number>();
  const respond = async (method: string, params: readonly unknown[]): Promise<object> => {
    asked.set(method, (asked.get(method) ?? 0) + 1);
    try {
      const truth =
        method === 'eth_sendRawTransaction' && lies.has(method) ? undefined : await anvil.rpc(method, ...params);
      const lie = lies.get(method);
      return { result: lie === undefined ? truth : await lie(truth, params) };
    } catch (error) {
      return { error: { code: -32_000, message: (error as Error).message.replace(`${method}: `, '') } };
    }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const {
        id,
        method,
        params = [],
      } = JSON.parse(Buffer.concat(chunks).toString()) as {
        id: number;
        method: string;
        params?: unknown[];
      };
      void respond(method, params).then((answer) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lies,
    asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
