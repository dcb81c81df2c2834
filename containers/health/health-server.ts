import { createServer, type Server } from 'node:http';

import { nameOf, type SettingNames } from '../../shared/config/setting.ts';
import { errorText } from '../../shared/telemetry/error-text.ts';
import { redactUrls } from '../../shared/telemetry/redact-urls.ts';
import { HealthPages, type Page } from './health-pages.ts';

/** The status of a program, for health checks and operators. */
export interface ProgramStatus {
  readonly isHealthy: boolean;
  /** Why it is unhealthy, in words. */
  readonly reason?: string;
  readonly [field: string]: unknown;
}

export class StatusPortInUseError extends Error {
  override readonly name = 'StatusPortInUseError';
  readonly port: number;

  constructor(
    port: number,
    { whose, setting }: Pick<HealthServerOptions, 'whose' | 'setting'>,
    options?: ErrorOptions,
  ) {
    super(
      `port ${port} of the ${whose}'s status is in use: stop the program that listens there, or give another ${nameOf(setting)}, 0 for none`,
      options,
    );
    this.port = port;
  }
}

export interface HealthServerOptions {
  readonly port: number;
  /** `node` or `agent`, for errors, as the setting of the port. */
  readonly whose: string;
  readonly setting: SettingNames;
  readonly pages: HealthPages;
  /** What `GET /status` returns, as JSON. @default not served */
  readonly status?: () => Promise<ProgramStatus>;
}

/**
 * Serves a program's health and metrics, and its status under `GET /status`: 200 when it is healthy, 503 when it is not; other
 * paths are 404. It listens on all interfaces, as Aztec's node does: it shows no secrets and takes no commands.
 * @throws {StatusPortInUseError}
 */
export async function serveHealth(options: HealthServerOptions): Promise<Server> {
  const { port, pages, status } = options;
  const server = createServer((request, response) => {
    const { method, url } = request;
    void (method === 'GET' ? find(url) : Promise.resolve(undefined)).then((page) => {
      if (page === undefined) response.writeHead(404).end(`try GET ${paths.join(', ')}\n`);
      else response.writeHead(page.status, { 'content-type': page.contentType }).end(page.body);
    });
  });
  const paths = [...(status === undefined ? [] : ['/status']), ...HealthPages.paths];
  const find = async (url: string | undefined): Promise<Page | undefined> => {
    try {
      return status !== undefined && url?.split('?')[0] === '/status'
        ? statusPage(await status())
        : await pages.find(url);
    } catch (error) {
      return statusPage({ isHealthy: false, reason: redactUrls(`no status: ${errorText(error)}`) });
    }
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new StatusPortInUseError(port, options, { cause: error }) : error),
    );
    server.listen(port, resolve);
  });
  return server;
}

function statusPage(status: ProgramStatus): Page {
  return { status: status.isHealthy ? 200 : 503, contentType: 'application/json', body: `${JSON.stringify(status)}\n` };
}
