import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export type Json = Readonly<Record<string, unknown>>;

/** What happens to a request: it gets its response here, or its response is changed, or lost after the request was executed. */
export type Interference =
  | { readonly answer: Json; readonly status: number }
  | { readonly changeAnswer: (answer: Json) => Json }
  | { readonly loseAnswerAfter: () => Promise<unknown> };

export const LOSE_ANSWER: Interference = { loseAnswerAfter: () => Promise.resolve() };

/** A read from before the item existed. */
export const NOTHING_THERE: Interference = { changeAnswer: () => ({}) };

/** Stands between the SDK and DynamoDB, and does to requests what a network and a busy table may do. */
export interface DynamoProxy {
  readonly endpoint: string;
  /** Every request so far, oldest first. */
  readonly requests: readonly { readonly operation: string; readonly body: Json }[];
  /** Interferes with the next `times` requests of the operation, such as `PutItem`. */
  interfere(operation: string, interference: Interference, times?: number): void;
  close(): void;
}

const HEADERS = { 'content-type': 'application/x-amz-json-1.0' };

export async function openDynamoProxy(target: string): Promise<DynamoProxy> {
  const requests: { operation: string; body: Json }[] = [];
  const planned: { operation: string; interference: Interference }[] = [];
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const sent = await buffer(incoming);
      const operation = String(incoming.headers['x-amz-target']).replace(/^.*\./, '');
      requests.push({ operation, body: JSON.parse(sent.toString()) as Json });
      const index = planned.findIndex((one) => one.operation === operation);
      const interference = index < 0 ? undefined : planned.splice(index, 1)[0]?.interference;
      if (interference && 'answer' in interference) {
        outgoing.writeHead(interference.status, HEADERS).end(JSON.stringify(interference.answer));
        return;
      }
      const { status, body } = await forward(target, incoming, sent);
      if (interference && 'loseAnswerAfter' in interference) {
        await interference.loseAnswerAfter();
        incoming.socket.destroy();
        return;
      }
      outgoing
        .writeHead(status, HEADERS)
        .end(interference ? JSON.stringify(interference.changeAnswer(JSON.parse(body.toString()) as Json)) : body);
    })().catch(() => incoming.socket.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    interfere(operation, interference, times = 1) {
      for (let time = 0; time < times; time += 1) planned.push({ operation, interference });
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function forward(
  target: string,
  { headers, url = '/', method }: IncomingMessage,
  body: Buffer,
): Promise<{ status: number; body: Buffer }> {
  const outgoing = request(new URL(url, target), { method, headers });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 500, body: await buffer(answer) };
}
