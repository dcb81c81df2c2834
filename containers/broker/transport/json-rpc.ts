import { z } from 'zod';

import { mapBounded } from '../../../shared/retry/map-bounded.ts';
import { BodyRefusedError, CallRefusedError } from './errors.ts';

/** What a method knows of the request that its call came with. */
export interface CallContext {
  /** The client's IP address. */
  readonly client: string;
  /** Whether the call is the only one of its request, so that no other waits for it. */
  readonly isAlone: boolean;
  /** Aborts when the client has gone, and when the broker stops. */
  readonly signal: AbortSignal;
  /** Called if the client does not get the call's result: what the call took for it is given back. */
  readonly onUndelivered: (giveBack: () => Promise<void>) => void;
}

/**
 * A method of the API, with the parameters as they came. What it resolves to is the result; `undefined` becomes null.
 * @throws {CallRefusedError} for a call that can never succeed; anything else fails the whole request, to be sent again
 */
export type RpcMethod = (params: readonly unknown[], context: CallContext) => Promise<unknown>;

/** Codes of JSON-RPC, as Aztec's server gives them. */
export const RPC_CODES = {
  malformed: -32700,
  invalidRequest: -32600,
  unknownMethod: -32601,
  invalidParams: -32701,
  refused: -32702,
} as const;

/** Calls of one request that are under way at a time. */
const CALLS_AT_ONCE = 16;

const Id = z.union([z.number(), z.string(), z.null()]);
const Call = z.object({ id: Id.default(null), method: z.string().min(1), params: z.array(z.unknown()).default([]) });

/**
 * Calls the methods that a request's body asks for, and returns the body of the response.
 * @param context without `isAlone`, which the body decides
 * @throws {BodyRefusedError} when the body is not a request, or has too many calls
 * @throws any error of a method other than {@link CallRefusedError}
 */
export async function answerRequest(
  body: unknown,
  methods: ReadonlyMap<string, RpcMethod>,
  maxCalls: number,
  context: Omit<CallContext, 'isAlone'>,
): Promise<unknown> {
  if (!Array.isArray(body)) return answerCall(body, methods, { ...context, isAlone: true });
  if (body.length === 0) throw new BodyRefusedError(400, 'the batch is empty');
  if (body.length > maxCalls) {
    throw new BodyRefusedError(
      400,
      `the batch has ${body.length} calls, more than ${maxCalls}: see RPC_MAX_BATCH_SIZE`,
    );
  }
  const isAlone = body.length === 1;
  return mapBounded(body, CALLS_AT_ONCE, (call) => answerCall(call, methods, { ...context, isAlone }));
}

async function answerCall(
  body: unknown,
  methods: ReadonlyMap<string, RpcMethod>,
  context: CallContext,
): Promise<Record<string, unknown>> {
  const call = Call.safeParse(body);
  if (!call.success) return failed(idOf(body), RPC_CODES.invalidRequest, 'invalid request');
  const { id, method: name, params } = call.data;
  const method = methods.get(name);
  if (method === undefined) return failed(id, RPC_CODES.unknownMethod, `unknown method ${name.slice(0, 100)}`);
  try {
    const result = await method(params, context);
    // A response without `result` breaks proxies and some clients.
    return { jsonrpc: '2.0', id, result: result ?? null };
  } catch (error) {
    if (!(error instanceof CallRefusedError)) throw error;
    return failed(id, error.code, error.message);
  }
}

function idOf(body: unknown): z.infer<typeof Id> {
  const id: unknown = typeof body === 'object' && body !== null && 'id' in body ? body.id : null;
  return Id.safeParse(id).data ?? null;
}

/** The body of an error response. */
export function failed(id: z.infer<typeof Id>, code: number, message: string): Record<string, unknown> {
  return { jsonrpc: '2.0', id, error: { code, message } };
}
