import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { LambdaScaler } from '../../../../../shared/engine/aws/fleet/lambda-scaler.ts';
import { openScaler } from '../../../../../shared/engine/aws/fleet/open-scaler.ts';
import { until } from '../../../../fixtures/test-fleet.ts';

interface Answer {
  readonly status: number;
  /** As Lambda names it. */
  readonly error?: string;
}

const REFUSALS: readonly Answer[] = [
  { status: 403, error: 'AccessDeniedException' },
  { status: 400, error: 'InvalidParameterValueException' },
];

/** A server in place of Lambda, of which the requests themselves are seen. */
describe('LambdaScaler', () => {
  let server: Server;
  let requests: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[];
  let answer: Answer | undefined;
  let nowMs: number;
  let scaler: LambdaScaler;
  let said: { readonly level: string; readonly fields: unknown }[];
  beforeEach(async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    requests = [];
    said = [];
    answer = { status: 202 };
    nowMs = 1_800_000_000_000;
    server = createServer((request, response) => {
      requests.push(request);
      request.resume();
      if (answer === undefined) return;
      const { status, error } = answer;
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(error !== undefined && { 'x-amzn-errortype': error }),
      });
      response.end(error === undefined ? '' : JSON.stringify({ Message: error }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const say =
      (level: string) =>
      (fields: unknown): void =>
        void said.push({ level, fields });
    const log = { debug: say('debug'), info: say('info'), warn: say('warn') };
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const connection = { region: 'eu-central-1', endpoint };
    scaler = new LambdaScaler({ prefix: 'coppice', connection, nowMs: () => nowMs, log });
  });
  afterEach(async () => {
    scaler.close();
    server.closeAllConnections();
    server.close();
    vi.unstubAllEnvs();
  });

  /** Asks, and waits for what is said of it. */
  async function ask(): Promise<void> {
    const requestsBefore = requests.length;
    void scaler.ask();
    await until(
      () => requests.length,
      (count) => count > requestsBefore,
    );
  }
  const levels = (): string[] => said.map(({ level }) => level);
  const saidSoFar = (count: number): Promise<unknown> =>
    until(
      () => said.length,
      (length) => length >= count,
    );

  it("invokes the fleet's scale-fleet as an event, which waits for no answer of the function", async () => {
    await ask();
    await saidSoFar(1);
    expect(requests).toHaveLength(1);
    const [{ method, url, headers }] = requests as [IncomingMessage];
    expect(`${method} ${url}`).toBe('POST /2015-03-31/functions/coppice-scale-fleet/invocations');
    expect(headers['x-amz-invocation-type']).toBe('Event');
    expect(levels()).toEqual(['debug']);
  });

  it.each(REFUSALS)('warns of a refusal such as $error, and again only after ten minutes', async (refusal) => {
    answer = refusal;
    await ask();
    await saidSoFar(1);
    await ask();
    answer = { status: 202 };
    await ask();
    await saidSoFar(2);
    expect(levels()).toEqual(['warn', 'debug']);
    answer = refusal;
    nowMs += 10 * 60_000;
    await ask();
    await saidSoFar(3);
    expect(levels()).toEqual(['warn', 'debug', 'warn']);
  });

  it('says once that there is no such function, and goes on asking: it may be deployed yet', async () => {
    answer = { status: 404, error: 'ResourceNotFoundException' };
    await ask();
    await saidSoFar(1);
    await ask();
    answer = { status: 202 };
    await ask();
    await saidSoFar(2);
    expect(levels()).toEqual(['info', 'debug']);
  });

  it('keeps nobody waiting while Lambda does not answer, and ends with it', async () => {
    answer = undefined;
    await ask();
    await ask();
    expect(said).toEqual([]);
    scaler.close();
    // The second try finds nobody.
    server.close();
    server.closeAllConnections();
    await saidSoFar(1);
    expect(levels()[0]).toBe('warn');
  });

  it('is nobody for the engine of one machine', async () => {
    const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn() };
    const options = { engine: 'embedded', dataDirectory: '/nowhere', leaseSeconds: 30 } as const;
    expect(await openScaler(options, { nowMs: Date.now, log })).toBeUndefined();
  });
});
