import { createServer, type Server } from 'node:http';

/** The status of the node, for health checks and operators. */
export interface NodeStatus {
  readonly isHealthy: boolean;
  /** Why it is unhealthy, in words. */
  readonly reason?: string;
  readonly [field: string]: unknown;
}

/**
 * Serves the node's status as JSON under `GET /status`: 200 when it is healthy, 503 when it is not; other paths are 404.
 * It listens on all interfaces, as Aztec's node does: it shows no secrets and takes no commands.
 */
export async function serveStatus(port: number, status: () => NodeStatus): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/status') {
      response.writeHead(404).end('try GET /status\n');
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
