import { createServer, type Server } from 'node:http';

import { NODE_GROUP } from '../../shared/config/groups/node-settings.ts';
import { nameOf } from '../../shared/config/setting.ts';
import { errorText } from '../../shared/telemetry/error-text.ts';
import { redactUrls } from '../../shared/telemetry/redact-urls.ts';

/** The status of the node, for health checks and operators. */
export interface NodeStatus {
  readonly isHealthy: boolean;
  /** Why it is unhealthy, in words. */
  readonly reason?: string;
  readonly [field: string]: unknown;
}

export class StatusPortInUseError extends Error {
  override readonly name = 'StatusPortInUseError';
  readonly port: number;

  constructor(port: number, options?: ErrorOptions) {
    super(
      `port ${port} of the node's status is in use: stop the program that listens there, or give another ` +
        `${nameOf(NODE_GROUP.settings.port)}, 0 for none`,
      options,
    );
    this.port = port;
  }
}

/**
 * Serves the node's status as JSON under `GET /status`: 200 when it is healthy, 503 when it is not; other paths are 404.
 * It listens on all interfaces, as Aztec's node does: it shows no secrets and takes no commands.
 * @throws {StatusPortInUseError}
 */
export async function serveStatus(port: number, status: () => Promise<NodeStatus>): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/status') {
      response.writeHead(404).end('try GET /status\n');
      return;
    }
    void status()
      .catch((error: unknown): NodeStatus => ({
        isHealthy: false,
        reason: redactUrls(`no status: ${errorText(error)}`),
      }))
      .then((answer) => {
        response
          .writeHead(answer.isHealthy ? 200 : 503, { 'content-type': 'application/json' })
          .end(`${JSON.stringify(answer)}\n`);
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new StatusPortInUseError(port, { cause: error }) : error),
    );
    server.listen(port, resolve);
  });
  return server;
}
