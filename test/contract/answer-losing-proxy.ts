import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Passes requests on, and loses the answers to some: the server has done what was asked, and the client cannot know. */
export interface AnswerLosingProxy {
  readonly url: string;
  /** Loses the answer to the next request. */
  loseNext(): void;
  close(): Promise<void>;
}

export async function openAnswerLosingProxy(target: string): Promise<AnswerLosingProxy> {
  let toLose = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { 'content-encoding': packing } = request.headers;
      const answer = await fetch(target, {
        method: 'POST',
        body: Buffer.concat(chunks),
        headers: packing === undefined ? {} : { 'content-encoding': packing },
      });
      const body = Buffer.from(await answer.arrayBuffer());
      if (toLose > 0) {
        toLose -= 1;
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body);
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseNext: () => void (toLose += 1),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
