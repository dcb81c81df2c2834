import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { isWithin } from '../../../shared/retry/is-within.ts';
import { errorText } from '../../../shared/telemetry/error-text.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import { HealthPages } from '../../health/health-pages.ts';
import type { AnswerRoom } from './answer-room.ts';
import { BodyTurns, type BodyTurnsOptions } from './body-turns.ts';
import { type ClientNetworks, isLoopback, plainAddress } from './client-networks.ts';
import { BodyRefusedError } from './errors.ts';
import { answerRequest, type CallContext, failed, RPC_CODES, type RpcMethod } from './json-rpc.ts';
import { listen, type ListenAddress } from './listen.ts';
import { readBody } from './read-body.ts';
import { readCalls } from './read-calls.ts';
import { sendJson } from './send-json.ts';

export interface RpcServerOptions extends ListenAddress {
  /** The settings that name another address, for errors. */
  readonly addressSettings: string;
  readonly networks: ClientNetworks;
  /** The most bytes of a request's body, once unpacked. */
  readonly maxBodyBytes: number;
  /** The most calls of one request. */
  readonly maxCalls: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerClient: number;
  /** How long a client may take to send a request, and to read a response. */
  readonly clientTimeoutMs: number;
  readonly bodies: BodyTurnsOptions;
  /** Bounds the payloads of responses. */
  readonly answers: AnswerRoom;
  /** Whether a client's responses go unpacked. @default clients on this machine, where a copy costs less than packing */
  readonly isNear?: (client: string) => boolean;
  /** Sent with every response. @default none */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the server refuses, and what fails for now. */
export type RpcTrouble = 'client-refused' | 'request-refused' | 'request-failed' | 'call-refused';

/** The answer to `GET /status`, for Aztec's tools, load balancers and people. */
export interface RpcStatus {
  readonly ok: boolean;
  readonly [field: string]: unknown;
}

export interface RpcServerDeps {
  readonly methods: ReadonlyMap<string, RpcMethod>;
  readonly status: () => Promise<RpcStatus>;
  /** Served beside the status. @default none */
  readonly pages?: Pick<HealthPages, 'find'>;
  readonly log: Logger;
  readonly nowMs: () => number;
  readonly onTrouble?: (trouble: RpcTrouble) => void;
}

/** Longer than the interval at which agents poll, so that a poll needs no new connection. */
const KEEP_ALIVE_MS = 75_000;
/** A line for each refused client or failed request would fill the log. */
const LOG_EVERY_MS = 10_000;

/**
 * Serves JSON-RPC over HTTP to Aztec's prover nodes and agents, by the rules that their clients depend on: a transient error
 * fails the whole request with a 503, which they send again for as long as it takes; an error of one call is final, as is a
 * 4xx, which only a body gets that can never be read. No body is ever logged.
 */
export class RpcServer {
  readonly #options: RpcServerOptions;
  readonly #deps: RpcServerDeps;
  readonly #server: Server;
  readonly #bodies: BodyTurns;
  readonly #underWay = new Set<AbortController>();
  readonly #connections = new Map<string, number>();
  #bodyBytes = 0;
  #mostBodyBytes = 0;
  #isStopping = false;
  #loggedAtMs = -Infinity;
  #unlogged = 0;

  constructor(options: RpcServerOptions, deps: RpcServerDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#bodies = new BodyTurns(options.bodies);
    const connectionsCheckingInterval = Math.min(30_000, options.clientTimeoutMs);
    this.#server = createServer({ connectionsCheckingInterval }, (request, response) => {
      void this.#handle(request, response);
    });
    this.#server.maxConnections = options.maxConnections;
    this.#server.headersTimeout = options.clientTimeoutMs;
    // It would count the time in which the client waits for us, and answer with a 408, which is final to official clients.
    this.#server.requestTimeout = 0;
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
    this.#server.on('connection', (socket: Socket) => this.#admit(socket));
    this.#server.on('drop', () => {
      this.#deps.onTrouble?.('client-refused');
      this.#warn({ maxConnections: options.maxConnections }, 'refused a client: there are too many connections');
    });
  }

  /** Returns the most bytes of bodies whose requests were in work at a time since the last call. */
  takeMostBodyBytes(): number {
    const most = this.#mostBodyBytes;
    this.#mostBodyBytes = this.#bodyBytes;
    return most;
  }

  /** @returns the port @throws {ListenError} */
  async listen(): Promise<number> {
    return await listen(this.#server, this.#options, this.#options.addressSettings);
  }

  /** Ends held calls at once and others when they are done, at most `patienceMs` later. */
  async stop(patienceMs: number): Promise<void> {
    this.#isStopping = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const request of this.#underWay) request.abort('the server stops');
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), patienceMs);
    await closed;
    clearTimeout(timer);
  }

  #admit(socket: Socket): void {
    const client = clientOf(socket);
    const { networks, maxConnectionsPerClient } = this.#options;
    const open = this.#connections.get(client) ?? 0;
    if (!networks.includes(client) || open >= maxConnectionsPerClient) {
      const reason = open >= maxConnectionsPerClient ? 'it has too many connections' : 'its network is not allowed';
      this.#deps.onTrouble?.('client-refused');
      this.#warn({ client, reason }, 'refused a client');
      socket.destroy();
      return;
    }
    this.#connections.set(client, open + 1);
    socket.once('close', () => {
      const left = (this.#connections.get(client) ?? 1) - 1;
      if (left === 0) this.#connections.delete(client);
      else this.#connections.set(client, left);
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const client = clientOf(request.socket);
    try {
      const page = request.method === 'GET' ? await this.#deps.pages?.find(request.url) : undefined;
      if (page !== undefined) {
        response.writeHead(page.status, { 'content-type': page.contentType }).end(page.body);
      } else if (request.method === 'GET' && request.url?.split('?')[0] === '/status') {
        const status = await this.#deps.status();
        await this.#send(request, response, status.ok ? 200 : 500, status);
      } else if (request.method === 'POST') {
        await this.#serve(client, request, response);
      } else {
        await this.#send(request, response, 405, {
          error: `POST a JSON-RPC request, or GET ${['/status', ...HealthPages.paths].join(', ')}`,
        });
      }
    } catch (error) {
      this.#warn({ err: error, client }, 'a request ended with an error');
      response.destroy();
    }
  }

  async #serve(client: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    const onClose = (): void => gone.abort('the client has gone');
    const givesBack: (() => Promise<void>)[] = [];
    const { share, close } = this.#options.answers.open(client, gone.signal);
    const context = {
      client,
      signal: gone.signal,
      answer: share,
      onUndelivered: (giveBack: () => Promise<void>): void => void givesBack.push(giveBack),
    };
    response.once('close', onClose);
    this.#underWay.add(gone);
    let isDelivered = false;
    try {
      if (this.#isStopping) gone.abort('the server stops');
      const answer = await this.#answer(request, context);
      isDelivered = await this.#send(request, response, 200, answer);
    } catch (error) {
      await this.#refuse(error, client, request, response);
    } finally {
      this.#underWay.delete(gone);
      response.off('close', onClose);
      close();
      if (!isDelivered) await this.#giveBack(givesBack);
    }
  }

  /** A large body is held until its calls are done: what they make of it is as large. */
  async #answer(request: IncomingMessage, context: Omit<CallContext, 'isAlone'>): Promise<unknown> {
    const { maxBodyBytes, maxCalls, clientTimeoutMs } = this.#options;
    const { methods, onTrouble } = this.#deps;
    const onRefused = (): void => onTrouble?.('call-refused');
    let giveBack: (() => void) | undefined;
    let [bytes, smallBytes] = [0, 0];
    const countSmall = (change: number): void => {
      smallBytes += change;
      this.#bodies.countSmall(change);
    };
    const onRead = (read: number): void => {
      bytes += read;
      if (giveBack === undefined) countSmall(read);
      this.#bodyBytes += read;
      this.#mostBodyBytes = Math.max(this.#mostBodyBytes, this.#bodyBytes);
    };
    try {
      const body = readBody(request, { maxBytes: maxBodyBytes, timeoutMs: clientTimeoutMs });
      const calls = readCalls(counted(body, onRead), {
        maxCalls,
        areSmallOnesMany: () => this.#bodies.areSmallOnesMany,
        onLarge: async () => {
          giveBack = await this.#bodies.take(context.client);
          countSmall(-smallBytes);
        },
      });
      return await answerRequest(calls, methods, context, onRefused);
    } finally {
      this.#bodyBytes -= bytes;
      countSmall(-smallBytes);
      giveBack?.();
    }
  }

  async #refuse(error: unknown, client: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (response.destroyed) return;
    if (error instanceof BodyRefusedError) {
      this.#deps.onTrouble?.('request-refused');
      this.#warn({ client, status: error.status, reason: error.message }, 'refused a request');
      // The rest of the body is not read, so the connection cannot be used again.
      response.setHeader('connection', 'close');
      await this.#send(request, response, error.status, failed(null, RPC_CODES.malformed, error.message));
      return;
    }
    this.#deps.onTrouble?.('request-failed');
    this.#warn({ client, err: error }, 'a request failed for now: its client sends it again');
    response.setHeader('retry-after', '1');
    const message = `try again: ${errorText(error)}`;
    await this.#send(request, response, 503, failed(null, RPC_CODES.invalidRequest, message));
  }

  /** @returns whether the whole response was handed to the network */
  async #send(request: IncomingMessage, response: ServerResponse, status: number, answer: unknown): Promise<boolean> {
    const { clientTimeoutMs, isNear = isLoopback, headers = {} } = this.#options;
    const accepts = (request.headers['accept-encoding'] ?? '').includes('gzip');
    if (this.#isStopping) response.setHeader('connection', 'close');
    const mayPack = accepts && !isNear(clientOf(request.socket));
    // The whole of it in that time: a client that reads a little now and then would hold its payloads for ever.
    const timer = setTimeout(() => response.destroy(), clientTimeoutMs);
    return sendJson(response, { status, headers, answer, mayPack }).finally(() => clearTimeout(timer));
  }

  async #giveBack(givesBack: readonly (() => Promise<void>)[]): Promise<void> {
    for (const giveBack of givesBack) {
      await giveBack().catch((error: unknown) =>
        this.#deps.log.warn({ err: error }, 'a job for a client that has gone was not given back: its lease will end'),
      );
    }
  }

  /** Warns at most once in ten seconds, with how many warnings were left out. */
  #warn(fields: Readonly<Record<string, unknown>>, message: string): void {
    const { log, nowMs } = this.#deps;
    if (isWithin(LOG_EVERY_MS, this.#loggedAtMs, nowMs())) {
      this.#unlogged += 1;
      return;
    }
    log.warn({ ...fields, ...(this.#unlogged > 0 && { alsoLeftOut: this.#unlogged }) }, message);
    this.#loggedAtMs = nowMs();
    this.#unlogged = 0;
  }
}

async function* counted(chunks: AsyncIterable<Buffer>, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    onRead(chunk.length);
    yield chunk;
  }
}

function clientOf(socket: Socket): string {
  return plainAddress(socket.remoteAddress ?? 'unknown');
}

/** Warns of an address that other machines reach: Aztec's clients send no credentials. */
export function warnWhenOpen(host: string, networks: readonly unknown[], log: Logger): void {
  if (isLoopback(host)) return;
  const advice = 'anyone who reaches it can take and spoil jobs, since clients send no credentials: fence the port';
  const also = networks.length === 0 ? '; name your networks with --broker-allow (COPPICE_BROKER_ALLOW)' : '';
  log.warn({ host }, `the broker listens beyond this machine: ${advice}${also}`);
}
