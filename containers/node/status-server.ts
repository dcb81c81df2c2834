import { createServer, type Server } from 'node:http';

/** What a health check and a curious operator see of the node. */
export interface NodeStatus {
  readonly isHealthy: boolean;
  /** Why it is not, in words. */
  readonly reason?: string;
  readonly [field: string]: unknown;
}

/**
 * Answers `GET /status` with the node's status as JSON: 200 when it is healthy, 503 when it is not. Other paths are 404.
 * It listens on all interfaces, as Aztec's node does; it shows no secret and takes no command.
 */
export async function serveStatus(port: number, status: () => NodeStatus): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/status') {
      response.writeHead(404).end('ask for GET /status\n');
      return;
    }
    const answer = status();
    response
      .writeHead(answer.isHealthy ? 200 : 503, { 'content-type': 'application/json' })
      .end(`${JSON.stringify(answer)}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  return server;
}
