import { z } from 'zod';

import { reasonOf } from '../../shared/broker-api/post-json.ts';
import { withUrlCredentials } from '../../shared/config/fetch-with-credentials.ts';

const Reply = z.union([
  z.object({ result: z.unknown(), error: z.undefined().optional() }),
  z.object({ error: z.object({ code: z.number(), message: z.string() }) }),
]);

const CALL_MS = 20_000;

/** Makes one call of an execution node's JSON-RPC. @throws {Error} with the method and the reason, without the URL */
export async function callL1(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await withUrlCredentials(fetch)(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(CALL_MS),
  }).catch((error: unknown) => {
    throw new Error(`${method}: no response: ${reasonOf(error)}`, { cause: error });
  });
  if (!response.ok) throw new Error(`${method}: HTTP ${response.status}`);
  const reply = Reply.parse(await response.json());
  if (reply.error !== undefined) throw new Error(`${method}: ${reply.error.message}`);
  return reply.result;
}
