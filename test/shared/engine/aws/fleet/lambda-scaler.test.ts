import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { openAwsEngine } from '../../../../../shared/engine/aws/aws-engine.ts';
import type { CompleteEngine } from '../../../../../shared/engine/engine.ts';
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

/** Against a server in place of Lambda that records the requests. */
describe('the scaler of the engine on AWS', () => {
  let server: Server;
  let requests: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[];
  let answer: Answer | undefined;
  let nowMs: number;
  let engine: CompleteEngine;
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
    engine = openAwsEngine({ prefix: 'coppice', connection, leaseSeconds: 30, nowMs: () => nowMs, log });
  });
  afterEach(async () => {
    await engine.close();
    server.closeAllConnections();
    server.close();
    vi.unstubAllEnvs();
  });

  /** Asks, and waits until the request has arrived. */
  async function ask(): Promise<void> {
    const requestsBefore = requests.length;
    void engine.scaler.ask();
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

  it("invokes the fleet's scale-fleet as an event, without waiting for the function to run", async () => {
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

  it('reports a missing function once, and goes on asking: it may be deployed yet', async () => {
    answer = { status: 404, error: 'ResourceNotFoundException' };
    await ask();
    await saidSoFar(1);
    await ask();
    answer = { status: 202 };
    await ask();
    await saidSoFar(2);
    expect(levels()).toEqual(['info', 'debug']);
  });

  it('does not block its caller while Lambda does not respond, and ends when the engine is closed', async () => {
    answer = undefined;
    await ask();
    await ask();
    expect(said).toEqual([]);
    await engine.close();
    // The SDK's second try finds no server.
    server.close();
    server.closeAllConnections();
    await saidSoFar(1);
    expect(said[0]).toMatchObject({ level: 'warn', fields: { function: 'coppice-scale-fleet' } });
  });

  it('counts the calls that the SDK tried again, as for every other client', async () => {
    answer = { status: 500, error: 'ServiceException' };
    await engine.scaler.ask();
    await engine.close();
    expect(requests).toHaveLength(2);
    expect(said).toContainEqual({ level: 'warn', fields: { retried: { 'Lambda:Invoke 500 ServiceException': 1 } } });
  });

  it('says which credentials to give when they are missing', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
    await engine.scaler.ask();
    expect(said).toMatchObject([{ level: 'warn', fields: { err: { name: 'AwsCredentialsMissingError' } } }]);
  });
});
