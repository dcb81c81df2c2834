import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** What one method returns: a result, or an error that the node reports. */
export type L1Answer = (parameters: readonly unknown[]) => unknown;

/** An L1 node that answers these methods, and refuses all others. */
export class L1Stub {
  readonly answers: Record<string, L1Answer>;
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, answers: Record<string, L1Answer>) {
    this.#server = server;
    this.answers = answers;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(answers: Record<string, L1Answer>): Promise<L1Stub> {
    const server = createServer((request, response) => {
      void json(request).then((body) => {
        const { id, method, params = [] } = body as { id: number; method: string; params?: unknown[] };
        const answer = answers[method];
        response.setHeader('content-type', 'application/json');
        const reply =
          answer === undefined ? { error: { code: -32_601, message: 'no such method' } } : { result: answer(params) };
        response.end(JSON.stringify({ jsonrpc: '2.0', id, ...reply }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new L1Stub(server, answers);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** A block as L1 nodes report it. */
export function blockAt(number: number, atMs: number, transactions: readonly string[] = []): unknown {
  return {
    number: `0x${number.toString(16)}`,
    hash: `0x${'ab'.repeat(32)}`,
    timestamp: `0x${Math.floor(atMs / 1000).toString(16)}`,
    transactions,
  };
}
