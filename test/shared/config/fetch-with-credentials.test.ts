import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createPublicClient, http } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { acceptUrlCredentials, withUrlCredentials } from '../../../shared/config/fetch-with-credentials.ts';

describe('withUrlCredentials', () => {
  let server: Server;
  let host: string;
  let lastAuthorization: string | undefined;
  beforeAll(async () => {
    server = createServer(({ url, headers }, response) => {
      lastAuthorization = headers.authorization;
      response.end(`${url ?? ''} ${headers.authorization ?? 'none'} ${String(headers['x-key'] ?? 'none')}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  const request = async (...parameters: Parameters<typeof fetch>): Promise<string> =>
    (await withUrlCredentials(fetch)(...parameters)).text();
  const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString('base64')}`;

  it('sends the user and password of a URL as a header, decoded, beside the headers of the call', async () => {
    const headers = { 'x-key': 'k' };
    expect(await request(`http://op:pa%24%C3%A9@${host}/v1?a=b`, { headers })).toBe(`/v1?a=b ${basic('op:pa$é')} k`);
    expect(await request(new URL(`http://op@${host}/`))).toBe(`/ ${basic('op:')} none`);
  });

  it('leaves a header that the call has set, and a URL without credentials', async () => {
    const headers = { authorization: 'Bearer t' };
    expect(await request(`http://op:pw@${host}/`, { headers })).toBe('/ Bearer t none');
    expect(await request(`http://${host}/?key=k`)).toBe('/?key=k none none');
    expect(await request(new Request(`http://${host}/r`))).toBe('/r none none');
  });

  it('serves clients that know nothing of it, such as those of Aztec', async () => {
    const { fetch: ownFetch, Request: OwnRequest } = globalThis;
    acceptUrlCredentials();
    try {
      const client = createPublicClient({ transport: http(`http://op:pw@${host}/`, { retryCount: 0 }) });
      await client.getChainId().catch(() => undefined);
      expect(lastAuthorization).toBe(basic('op:pw'));
      expect(new Request(`http://op:pw@${host}/`).headers.get('authorization')).toBe(basic('op:pw'));
    } finally {
      Object.assign(globalThis, { fetch: ownFetch, Request: OwnRequest });
    }
  });
});
