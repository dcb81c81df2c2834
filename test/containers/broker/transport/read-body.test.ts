import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

import { afterEach, expect, it, vi } from 'vitest';

import { readBody } from '../../../../containers/broker/transport/read-body.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('cuts a client off at once whose time was over when its last part came', async () => {
  const request = Object.assign(Readable.from([Buffer.from('a'), Buffer.from('b')]), { headers: {} });
  const timers = vi.spyOn(globalThis, 'setTimeout');
  let nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 1_000));
  const body = readBody(request as unknown as IncomingMessage, { maxBytes: 10, timeoutMs: 500 });
  for await (const _ of body) continue;
  expect(timers.mock.calls.map(([, delayMs]) => delayMs)).toEqual([500, 0, 0]);
});
