import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { CONSOLE_GROUP } from '../../../shared/config/groups/console-settings.ts';
import { nameOf } from '../../../shared/config/setting.ts';
import { errorText } from '../../../shared/telemetry/error-text.ts';
import { listen, type ListenAddress } from '../../broker/transport/listen.ts';
import type { AllowedHosts } from './allowed-hosts.ts';
import { type ApiResponse, type ApiResponses, failureOf } from './api-responses.ts';
import type { PageFiles } from './page-files.ts';
import { RESPONSE_HEADERS } from './response-headers.ts';

export interface ConsoleServerDeps {
  readonly api: ApiResponses;
  readonly pages: PageFiles;
  readonly hosts: AllowedHosts;
  readonly onTrouble: (message: string) => void;
}

const { consoleHost, consoleHostNames, consolePort } = CONSOLE_GROUP.settings;

const API = '/api/';
/** More than browsers open for a handful of viewers. */
const MAX_CONNECTIONS = 128;

/** Serves the API and the pages, to `GET` and `HEAD` alone. */
export class ConsoleServer {
  readonly #address: ListenAddress;
  readonly #deps: ConsoleServerDeps;
  readonly #server: Server;

  constructor(address: ListenAddress, deps: ConsoleServerDeps) {
    this.#address = address;
    this.#deps = deps;
    this.#server = createServer((request, response) => void this.#handle(request, response));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** @returns the port @throws {ListenError} */
  async listen(): Promise<number> {
    return await listen(this.#server, this.#address, `${nameOf(consolePort)} or ${nameOf(consoleHost)}`);
  }

  /** Closes every connection at once, even in the middle of a response: a page that polls tries again later. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      for (const [name, value] of Object.entries(RESPONSE_HEADERS)) response.setHeader(name, value);
      const { method = '', url = '', headers } = request;
      if (!this.#deps.hosts.includes(headers.host)) {
        const advice = `open the console by its address, or allow the name with ${nameOf(consoleHostNames)}`;
        this.#sendApi(
          request,
          response,
          await failureOf('bad-host', `unexpected host ${headers.host ?? ''}: ${advice}`),
        );
      } else if (method !== 'GET' && method !== 'HEAD') {
        response.setHeader('allow', 'GET, HEAD');
        this.#sendApi(request, response, await failureOf('bad-method', 'the console changes nothing: GET or HEAD it'));
      } else {
        await this.#find(url, request, response);
      }
    } catch (error) {
      this.#deps.onTrouble(errorText(error));
      response.destroy();
    }
  }

  async #find(target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [pathname = '', query = ''] = target.split('?', 2);
    if (pathname.startsWith(API)) {
      const found = await this.#deps.api.find(pathname.slice(API.length), new URLSearchParams(query));
      this.#sendApi(request, response, found);
      return;
    }
    await this.#sendPage(pathname, request, response);
  }

  #sendApi({ method, headers }: IncomingMessage, response: ServerResponse, { status, body }: ApiResponse): void {
    response.setHeader('cache-control', 'no-store');
    response.setHeader('content-type', 'application/json');
    response.setHeader('vary', 'accept-encoding');
    if (status === 200) response.setHeader('etag', body.etag);
    if (status === 200 && headers['if-none-match'] === body.etag) {
      response.writeHead(304).end();
      return;
    }
    const isPacked = body.packed !== undefined && (headers['accept-encoding'] ?? '').includes('gzip');
    const bytes = (isPacked ? body.packed : undefined) ?? body.plain;
    if (isPacked) response.setHeader('content-encoding', 'gzip');
    response.setHeader('content-length', bytes.byteLength);
    response.writeHead(status).end(method === 'HEAD' ? undefined : bytes);
  }

  async #sendPage(pathname: string, { method }: IncomingMessage, response: ServerResponse): Promise<void> {
    const file = await this.#deps.pages.find(pathname);
    const body = file?.body ?? Buffer.from('unknown page\n');
    response.setHeader('cache-control', 'no-cache');
    response.setHeader('content-type', file?.contentType ?? 'text/plain; charset=utf-8');
    response.setHeader('content-length', body.byteLength);
    response.writeHead(file === undefined ? 404 : 200).end(method === 'HEAD' ? undefined : body);
  }
}
