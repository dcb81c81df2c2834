import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { AnswerRoom } from '../../../../containers/broker/transport/answer-room.ts';
import { ClientNetworks } from '../../../../containers/broker/transport/client-networks.ts';
import { parseNetwork } from '../../../../shared/config/network.ts';
import { CallRefusedError, ListenError } from '../../../../containers/broker/transport/errors.ts';
import type { CallContext, RpcMethod } from '../../../../containers/broker/transport/json-rpc.ts';
import { LongText } from '../../../../containers/broker/transport/long-text.ts';
import {
  RpcServer,
  type RpcServerDeps,
  type RpcServerOptions,
  type RpcTrouble,
  warnWhenOpen,
} from '../../../../containers/broker/transport/rpc-server.ts';
import { createLogger } from '../../../../shared/telemetry/logger.ts';

const MIB = 2 ** 20;
const BODIES = { atOnce: 1, atOncePerClient: 1, smallBytes: 32 * MIB };
const servers: RpcServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop(0)));
});

async function serve(
  methods: Readonly<Record<string, RpcMethod>>,
  options: Partial<RpcServerOptions> = {},
  onTrouble: (trouble: RpcTrouble) => void = () => undefined,
  pages?: RpcServerDeps['pages'],
): Promise<{ readonly server: RpcServer; readonly port: number; readonly url: string; readonly logged: string[] }> {
  const logged: string[] = [];
  const log = createLogger('broker', { logLevel: 'trace', format: 'json', write: (line: string) => logged.push(line) });
  const server = new RpcServer(
    {
      host: '127.0.0.1',
      port: 0,
      addressSettings: '--some-port (SOME_PORT)',
      networks: new ClientNetworks([]),
      maxBodyBytes: 64 * MIB,
      maxCalls: 100,
      maxConnections: 100,
      maxConnectionsPerClient: 100,
      clientTimeoutMs: 60_000,
      bodies: { ...BODIES, atOnce: 2 },
      answers: roomOf(64 * MIB),
      ...options,
    },
    {
      methods: new Map(Object.entries(methods)),
      status: async () => ({ ok: true, jobs: 3 }),
      log,
      nowMs: Date.now,
      onTrouble,
      ...(pages && { pages }),
    },
  );
  servers.push(server);
  const port = await server.listen();
  return { server, port, url: `http://127.0.0.1:${port}/`, logged };
}

function call(method: string, params: unknown[] = [], id: number | string = 1): Record<string, unknown> {
  return { jsonrpc: '2.0', id, method, params };
}

function roomOf(bytes: number, patienceMs = 600_000): AnswerRoom {
  return new AnswerRoom({ bytes, bytesPerClient: bytes, patienceMs });
}

/** A text without an end. @param onPart called when a part is made */
function endlessText(onPart: () => void = () => undefined): LongText {
  return new LongText({
    *[Symbol.iterator]() {
      for (;;) {
        onPart();
        yield Buffer.alloc(65_536, 'x');
      }
    },
  });
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers });
}

describe('RpcServer', () => {
  it('responds to an array in its order and with its ids, at any path', async () => {
    const { url } = await serve({
      echo: async ([text]) => {
        await new Promise((resolve) => setTimeout(resolve, text === 'slow' ? 20 : 0));
        return text;
      },
    });
    const response = await post(`${url}some/path?key=1`, [call('echo', ['slow'], 7), call('echo', ['quick'], 'b')]);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual([
      { jsonrpc: '2.0', id: 7, result: 'slow' },
      { jsonrpc: '2.0', id: 'b', result: 'quick' },
    ]);
  });

  it('responds to a single call with a single object, and with null to one that returns nothing', async () => {
    const { url } = await serve({ cancel: async () => undefined });
    expect(await (await post(url, call('cancel'))).json()).toEqual({ jsonrpc: '2.0', id: 1, result: null });
  });

  it.each([
    ['packs a response for a client elsewhere that accepts it', false, 'gzip'],
    ['leaves it plain for one on this machine', true, undefined],
  ])('reads gzip and %s', async (_what, isNear, encoding) => {
    const { port } = await serve({ echo: async ([text]) => text }, { isNear: () => isNear });
    const text = 'proof '.repeat(1000);
    const request = httpRequest({
      port,
      host: '127.0.0.1',
      method: 'POST',
      headers: { 'content-encoding': 'gzip', 'accept-encoding': 'gzip' },
    });
    request.end(gzipSync(JSON.stringify([call('echo', [text])])));
    const [response] = (await once(request, 'response')) as [
      NodeJS.ReadableStream & { headers: Record<string, string> },
    ];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    expect(response.headers['content-encoding']).toBe(encoding);
    const bytes = encoding === 'gzip' ? gunzipSync(Buffer.concat(chunks)) : Buffer.concat(chunks);
    const body = JSON.parse(bytes.toString()) as { result: string }[];
    expect(body[0]?.result).toBe(text);
  });

  it.each([false, true])('sends a long text while it is made (plain: %s)', async (isNear) => {
    const parts = Array.from({ length: 40 }, (_, index) => Buffer.alloc(65_536, String(index % 10)));
    const { url } = await serve({ text: async () => ({ uri: new LongText(parts) }) }, { isNear: () => isNear });
    const response = await post(url, [call('text')], { 'accept-encoding': 'gzip' });
    expect(response.headers.get('content-encoding')).toBe(isNear ? null : 'gzip');
    const [{ result }] = (await response.json()) as [{ result: { uri: string } }];
    expect(result.uri).toBe(Buffer.concat(parts).toString());
  });

  it('makes no more of a long text than its client reads, and gives back what the call took when it goes', async () => {
    const giveBack = vi.fn(async () => undefined);
    let parts = 0;
    const { port } = await serve({
      text: async (_params, { onUndelivered }) => {
        onUndelivered(giveBack);
        return endlessText(() => (parts += 1));
      },
    });
    const request = httpRequest({ port, host: '127.0.0.1', method: 'POST' });
    request.on('error', () => undefined);
    request.end(JSON.stringify(call('text')));
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
    // The connection takes a few megabytes until it is full.
    let before = -1;
    while (before !== parts) {
      before = parts;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(parts).toBeLessThan(1_000);
    response.pause();
    request.destroy();
    await expect.poll(() => giveBack.mock.calls.length).toBe(1);
  });

  it('takes a body of 64 MiB', async () => {
    const { url } = await serve({ length: async ([text]) => String(text).length });
    const length = 64 * MIB - 200;
    const response = await post(url, [call('length', ['x'.repeat(length)])]);
    expect(await response.json()).toMatchObject([{ result: length }]);
  });

  it('refuses a body of 100 MiB without reading it', async () => {
    const { url } = await serve({ length: async () => 1 });
    const response = await post(url, 'x'.repeat(100 * MIB)).catch(() => undefined);
    // The client may still be sending when the connection is closed.
    if (response !== undefined) expect(response.status).toBe(413);
    expect((await post(url, [call('length')])).status).toBe(200);
  });

  it('refuses a body that grows too large and said no length', async () => {
    const { url } = await serve({ length: async () => 1 }, { maxBodyBytes: MIB });
    const body = new ReadableStream({
      start: (controller) => {
        for (let sent = 0; sent < 2 * MIB; sent += 65_536) controller.enqueue(new Uint8Array(65_536));
        controller.close();
      },
    });
    const response = await fetch(url, { method: 'POST', body, duplex: 'half' });
    expect(response.status).toBe(413);
  });

  it('stops unpacking a bomb at the limit', async () => {
    const { url } = await serve({ length: async () => 1 }, { maxBodyBytes: 8 * MIB });
    const bomb = gzipSync(Buffer.alloc(512 * MIB));
    const before = process.memoryUsage().rss;
    const response = await fetch(url, { method: 'POST', body: bomb, headers: { 'content-encoding': 'gzip' } });
    expect(response.status).toBe(413);
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * MIB);
  });

  it.each([
    ['text that is not JSON', 'secret witness {', {}, 400],
    ['what is not gzip', 'secret witness', { 'content-encoding': 'gzip' }, 400],
    ['another packing', 'secret witness', { 'content-encoding': 'br' }, 415],
    ['an empty batch', '[]', {}, 400],
  ])('refuses %s for good, and logs nothing of it', async (_what, body, headers: Record<string, string>, status) => {
    const { url, logged } = await serve({});
    expect((await post(url, body, headers)).status).toBe(status);
    expect(logged.join('')).toContain('refused a request');
    expect(logged.join('')).not.toContain('secret');
  });

  it('makes the calls of a large body while it comes', async () => {
    const begun = Promise.withResolvers<undefined>();
    const { url } = await serve({
      begin: async () => {
        begun.resolve(undefined);
      },
      length: async ([text]) => String(text).length,
    });
    const text = 'x'.repeat(MIB);
    const body = new ReadableStream({
      async start(controller) {
        const [first, rest] = [
          `[${JSON.stringify(call('begin', [text], 1))},`,
          `${JSON.stringify(call('length', [text], 2))}]`,
        ];
        controller.enqueue(Buffer.from(first));
        await begun.promise;
        controller.enqueue(Buffer.from(rest));
        controller.close();
      },
    });
    const response = await fetch(url, { method: 'POST', body, duplex: 'half' });
    expect(await response.json()).toMatchObject([
      { id: 1, result: null },
      { id: 2, result: MIB },
    ]);
  });

  it('has few bytes of a large body under way at a time', async () => {
    let [atOnce, most] = [0, 0];
    const { url } = await serve({
      take: async () => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await new Promise((resolve) => setTimeout(resolve, 5));
        atOnce -= 1;
      },
    });
    const calls = Array.from({ length: 24 }, (_, id) => call('take', ['x'.repeat(2 * MIB - 1000)], id));
    expect((await (await post(url, calls)).json()) as unknown[]).toHaveLength(24);
    expect(most).toBe(2);
  });

  it('reads a large body to its end when one of its calls fails for now', async () => {
    const { url } = await serve({
      fail: async () => {
        throw new Error('the ledger is out of reach');
      },
    });
    const calls = Array.from({ length: 30 }, (_, id) => call('fail', ['x'.repeat(MIB)], id));
    expect((await post(url, calls)).status).toBe(503);
  });

  it('makes no call of a small body that turns out to be malformed', async () => {
    const method = vi.fn(async () => 1);
    const { url } = await serve({ method });
    expect((await post(url, `[${JSON.stringify(call('method'))},{]`)).status).toBe(400);
    expect((await post(url, `[${JSON.stringify(call('method'))}`)).status).toBe(400);
    expect(method).not.toHaveBeenCalled();
  });

  it('refuses a batch of more calls than allowed', async () => {
    const { url } = await serve({ echo: async () => 1 }, { maxCalls: 2 });
    expect((await post(url, [call('echo'), call('echo')])).status).toBe(200);
    expect((await post(url, [call('echo'), call('echo'), call('echo')])).status).toBe(400);
  });

  it('gives a final refusal to its call alone', async () => {
    const { url } = await serve({
      echo: async ([text]) => text,
      refuse: async () => {
        throw new CallRefusedError(-32702, 'never');
      },
    });
    const response = await post(url, [call('refuse', [], 1), call('unknown', [], 2), 5, call('echo', ['x'], 4)]);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual([
      { jsonrpc: '2.0', id: 1, error: { code: -32702, message: 'never' } },
      { jsonrpc: '2.0', id: 2, error: { code: -32601, message: 'unknown method unknown' } },
      { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'invalid request' } },
      { jsonrpc: '2.0', id: 4, result: 'x' },
    ]);
  });

  it('fails a whole request with 503 for trouble that ends, and gives back what its other calls took', async () => {
    const giveBack = vi.fn(async () => undefined);
    const { url } = await serve({
      take: async (_params, { onUndelivered }) => {
        onUndelivered(giveBack);
        return 'job';
      },
      fail: async () => {
        throw new Error('the ledger is out of reach');
      },
    });
    const response = await post(url, [call('take'), call('fail')]);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    await response.json();
    await expect.poll(() => giveBack.mock.calls.length).toBe(1);
  });

  it('tells a call whether it is alone in its request', async () => {
    const { url } = await serve({ isAlone: async (_params, { isAlone }) => isAlone });
    const results = async (body: unknown): Promise<unknown> =>
      ((await (await post(url, body)).json()) as { result: boolean }[]).map(({ result }) => result);
    expect(await results([call('isAlone')])).toEqual([true]);
    expect(await results([call('isAlone'), call('isAlone')])).toEqual([false, false]);
    // Nor may it keep its turn for large bodies while it waits.
    expect(await results([call('isAlone', ['x'.repeat(MIB)])])).toEqual([false]);
  });

  it('cuts off a client that is slow to send, but none for the time in which it waits for its turn', async () => {
    const begun = Promise.withResolvers<undefined>();
    const finish = Promise.withResolvers<undefined>();
    const large = async (): Promise<undefined> => {
      begun.resolve(undefined);
      return finish.promise;
    };
    const { port, url } = await serve({ large }, { clientTimeoutMs: 500, bodies: BODIES });
    const body = [call('large', ['x'.repeat(MIB)])];
    const first = post(url, body);
    await begun.promise;
    const second = post(url, body);
    const slow = connect(port, '127.0.0.1');
    slow.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n[');
    slow.resume();
    await once(slow, 'close');
    finish.resolve(undefined);
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
  });

  it('holds few small bodies of clients that are slow to send, and serves the others', async () => {
    const { server, port, url } = await serve(
      { length: async ([text]) => String(text).length },
      { bodies: { ...BODIES, smallBytes: MIB } },
    );
    const body = JSON.stringify(call('length', ['x'.repeat(200_000)]));
    const slow = Array.from({ length: 40 }, () => connect(port, '127.0.0.1'));
    const sent = slow.map(
      (socket) =>
        new Promise((resolve) => {
          socket.on('error', () => undefined);
          socket.write(
            `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, -1)}`,
            resolve,
          );
        }),
    );
    await Promise.all(sent);
    expect(await (await post(url, call('length', ['tiny']))).json()).toMatchObject({ result: 4 });
    // One part of each, and five bodies.
    expect(server.takeMostBodyBytes()).toBeLessThan(5 * MIB);
    for (const socket of slow) socket.destroy();
  });

  it('ends a held call when its client goes, and gives back what it took', async () => {
    const giveBack = vi.fn(async () => undefined);
    const held = Promise.withResolvers<CallContext>();
    const { url } = await serve({
      hold: async (_params, context) => {
        held.resolve(context);
        await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()));
        context.onUndelivered(giveBack);
        return 'job';
      },
    });
    const client = new AbortController();
    const request = fetch(url, { method: 'POST', body: JSON.stringify(call('hold')), signal: client.signal });
    await held.promise;
    client.abort();
    await expect(request).rejects.toThrow();
    await expect.poll(() => giveBack.mock.calls.length).toBe(1);
  });

  it('gives nothing back of a response that arrived', async () => {
    const giveBack = vi.fn(async () => undefined);
    const { url } = await serve({
      take: async (_params, { onUndelivered }) => {
        onUndelivered(giveBack);
        return 'job';
      },
    });
    expect(await (await post(url, call('take'))).json()).toMatchObject({ result: 'job' });
    expect(giveBack).not.toHaveBeenCalled();
  });

  it('ends held calls at once when it stops', async () => {
    const held = Promise.withResolvers<undefined>();
    const { server, url } = await serve({
      hold: async (_params, { signal }) => {
        held.resolve(undefined);
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        return undefined;
      },
    });
    const response = post(url, call('hold'));
    await held.promise;
    await server.stop(60_000);
    expect(await (await response).json()).toEqual({ jsonrpc: '2.0', id: 1, result: null });
  });

  it('keeps a large body of a client waiting while that client has its turns, and no small one', async () => {
    const begun = Promise.withResolvers<undefined>();
    const finish = Promise.withResolvers<undefined>();
    let most = 0;
    let atOnce = 0;
    const { url } = await serve({
      large: async () => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        begun.resolve(undefined);
        await finish.promise;
        atOnce -= 1;
        return undefined;
      },
      small: async () => undefined,
    });
    const body = [call('large', ['x'.repeat(MIB)])];
    const large = [post(url, body), post(url, body), post(url, body)];
    await begun.promise;
    expect((await post(url, call('small'))).status).toBe(200);
    finish.resolve(undefined);
    for (const response of await Promise.all(large)) expect(response.status).toBe(200);
    expect(most).toBe(1);
  });

  it('closes the connection of a client whose network is not allowed', async () => {
    // A loopback client is always let in, so the list is asked with an address of another machine.
    const networks = new ClientNetworks([parseNetwork('10.0.0.0/8')!]);
    vi.spyOn(networks, 'includes').mockReturnValue(false);
    const { url, logged } = await serve({ echo: async () => 1 }, { networks });
    await expect(post(url, call('echo'))).rejects.toThrow();
    expect(logged.join('')).toContain('its network is not allowed');
  });

  it('closes connections of one client beyond its share', async () => {
    const { port, logged } = await serve({}, { maxConnectionsPerClient: 1 });
    const first = connect(port, '127.0.0.1');
    await once(first, 'connect');
    const second = connect(port, '127.0.0.1');
    await once(second, 'close');
    expect(logged.join('')).toContain('too many connections');
    first.destroy();
  });

  it('cuts off a client that does not read its response, and gives back what its call took', async () => {
    const giveBack = vi.fn(async () => undefined);
    const large = 'x'.repeat(32 * MIB);
    const { port } = await serve(
      {
        take: async (_params, { onUndelivered }) => {
          onUndelivered(giveBack);
          return large;
        },
      },
      { clientTimeoutMs: 2_000 },
    );
    const slow = connect(port, '127.0.0.1').on('error', () => undefined);
    slow.pause();
    const body = JSON.stringify(call('take'));
    slow.write(`POST / HTTP/1.1\r\nhost: broker\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    await expect.poll(() => giveBack.mock.calls.length).toBe(1);
    slow.destroy();
  });

  it('cuts off a client that reads a response a little at a time', async () => {
    const giveBack = vi.fn(async () => undefined);
    const { port } = await serve(
      {
        take: async (_params, { onUndelivered }) => {
          onUndelivered(giveBack);
          return endlessText();
        },
      },
      { clientTimeoutMs: 1_000 },
    );
    const request = httpRequest({ port, host: '127.0.0.1', method: 'POST' });
    request.on('error', () => undefined);
    request.end(JSON.stringify(call('take')));
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
    response.on('error', () => undefined);
    response.on('data', () => {
      response.pause();
      setTimeout(() => response.resume(), 50);
    });
    await expect.poll(() => giveBack.mock.calls.length).toBe(1);
  });

  it('counts the payloads of a response until it is sent, or its client has gone', async () => {
    const { port, url } = await serve(
      {
        take: async ([isEndless], { answer }) => {
          await answer.take(10);
          return isEndless === true ? endlessText() : 'taken';
        },
      },
      { answers: roomOf(10) },
    );
    const unread = httpRequest({ port, host: '127.0.0.1', method: 'POST' });
    unread.on('error', () => undefined);
    unread.end(JSON.stringify(call('take', [true])));
    await once(unread, 'response');
    let isTaken = false;
    const waiting = post(url, call('take')).then((response) => {
      isTaken = true;
      return response.json();
    });
    // Other calls are served meanwhile.
    expect((await fetch(`${url}status`)).status).toBe(200);
    expect(isTaken).toBe(false);
    unread.destroy();
    expect(await waiting).toMatchObject({ result: 'taken' });
    expect(await (await post(url, call('take'))).json()).toMatchObject({ result: 'taken' });
  });

  it('has a request sent again whose payloads find no room in time', async () => {
    const { port, url, logged } = await serve(
      {
        take: async (_params, { answer }) => {
          await answer.take(10);
          return endlessText();
        },
      },
      { answers: roomOf(10, 20) },
    );
    const unread = httpRequest({ port, host: '127.0.0.1', method: 'POST' });
    unread.on('error', () => undefined);
    unread.end(JSON.stringify(call('take')));
    await once(unread, 'response');
    const refused = await post(url, call('take'));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(logged.join('')).toContain('COPPICE_BROKER_MAX_ANSWER_SIZE');
    unread.destroy();
  });

  it('closes connections beyond those of all clients together, and says so', async () => {
    const { port, logged } = await serve({}, { maxConnections: 1 });
    const first = connect(port, '127.0.0.1');
    await once(first, 'connect');
    const second = connect(port, '127.0.0.1');
    await once(second, 'close');
    expect(logged.join('')).toContain('there are too many connections');
    first.destroy();
  });

  it('counts what it refuses and what fails for now, and the bytes of requests in work', async () => {
    const troubles: RpcTrouble[] = [];
    const { server, url } = await serve(
      {
        refuse: async () => {
          throw new CallRefusedError(-32702, 'never');
        },
        fail: async () => {
          throw new Error('out of reach');
        },
        length: async ([text]) => String(text).length,
      },
      { maxBodyBytes: MIB },
      (trouble) => troubles.push(trouble),
    );
    await post(url, [call('refuse'), call('unknown')]);
    await post(url, call('fail'));
    await post(url, 'no JSON');
    await post(url, call('length', ['x'.repeat(100_000)]));
    expect(troubles).toEqual(['call-refused', 'call-refused', 'request-failed', 'request-refused']);
    expect(server.takeMostBodyBytes()).toBeGreaterThan(100_000);
    expect(server.takeMostBodyBytes()).toBe(0);
  });

  it('sends its headers with every response', async () => {
    const { url } = await serve({}, { headers: { 'x-aztec-packageVersion': '6.0.0' } });
    for (const response of [await fetch(`${url}status`), await post(url, call('unknown')), await post(url, '[')]) {
      expect(response.headers.get('x-aztec-packageVersion')).toBe('6.0.0');
    }
  });

  it('reports its status, and refuses other requests', async () => {
    const { url } = await serve({});
    const status = await fetch(`${url}status`);
    expect(status.status).toBe(200);
    expect(await status.json()).toEqual({ ok: true, jobs: 3 });
    expect((await fetch(url)).status).toBe(405);
  });

  it('serves the pages of its program beside the status, to clients that may connect', async () => {
    const { url } = await serve({}, {}, () => undefined, {
      find: async (path) =>
        path === '/readyz' ? { status: 503, contentType: 'text/plain', body: 'engine: gone\n' } : undefined,
    });
    const response = await fetch(`${url}readyz`);
    expect(response.status).toBe(503);
    expect(await response.text()).toBe('engine: gone\n');
    expect((await fetch(`${url}status`)).status).toBe(200);
    expect((await fetch(`${url}livez`)).status).toBe(405);
  });

  it('says what to do when its port is in use', async () => {
    const { port } = await serve({});
    const refused = await serve({}, { port }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ListenError);
    expect(String(refused)).toContain('--some-port (SOME_PORT)');
    servers.pop();
  });
});

it('warns of an address that other machines reach', () => {
  const warn = vi.fn();
  const log = { warn } as unknown as Parameters<typeof warnWhenOpen>[2];
  warnWhenOpen('127.0.0.1', [], log);
  expect(warn).not.toHaveBeenCalled();
  warnWhenOpen('0.0.0.0', [], log);
  expect(warn.mock.calls[0]?.[1]).toMatch(/--broker-allow/);
});
