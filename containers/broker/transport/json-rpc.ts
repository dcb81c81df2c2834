import { z } from 'zod';

import type { AnswerShare } from './answer-room.ts';
import { CallRefusedError } from './errors.ts';
import type { ReadCall } from './read-calls.ts';

/** What a method knows of the request that its call came with. */
export interface CallContext {
  /** The client's IP address. */
  readonly client: string;
  /** Whether nothing waits for the call: it is the only one of its request, and keeps no large body in memory. */
  readonly isAlone: boolean;
  /** Aborts when the client has gone, and when the broker stops. */
  readonly signal: AbortSignal;
  /** Called if the client does not get the call's result: what the call took for it is given back. */
  readonly onUndelivered: (giveBack: () => Promise<void>) => void;
  /** Where payloads of the response are counted. */
  readonly answer: AnswerShare;
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

/** Calls of one request that are under way at a time, and the bytes that they came with; one call may have more. */
const CALLS_AT_ONCE = 16;
const CALL_BYTES_AT_ONCE = 4 * 2 ** 20;

const Id = z.union([z.number(), z.string(), z.null()]);
const Call = z.object({ id: Id.default(null), method: z.string().min(1), params: z.array(z.unknown()).default([]) });

/**
 * Calls the methods that a request's body asks for, while it is read, and returns the body of the response.
 * @param context without `isAlone`, which the body decides
 * @param onRefused called for each call that can never succeed
 * @throws any error of `calls`, and of a method other than {@link CallRefusedError}, once no call is under way
 */
export async function answerRequest(
  calls: AsyncIterable<ReadCall>,
  methods: ReadonlyMap<string, RpcMethod>,
  context: Omit<CallContext, 'isAlone'>,
  onRefused: () => void,
): Promise<unknown> {
  const answers: Record<string, unknown>[] = [];
  const underWay = new Set<Promise<void>>();
  let [bytes, count] = [0, 0];
  let isList = false;
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const { call, isInList, isAlone, sizeBytes } of calls) {
      isList = isInList;
      while (underWay.size > 0 && (underWay.size >= CALLS_AT_ONCE || bytes + sizeBytes > CALL_BYTES_AT_ONCE)) {
        await Promise.race(underWay);
      }
      // The rest is read all the same: a client that is still sending would not get the response.
      if (failure !== undefined) continue;
      const index = count++;
      bytes += sizeBytes;
      const answering = answerCall(call, methods, { ...context, isAlone }, onRefused)
        .then((answer) => void (answers[index] = answer))
        .catch((error: unknown) => void (failure ??= { error }))
        .finally(() => {
          bytes -= sizeBytes;
          underWay.delete(answering);
        });
      underWay.add(answering);
    }
  } finally {
    await Promise.all(underWay);
  }
  if (failure !== undefined) throw failure.error;
  return isList ? answers : answers[0];
}

async function answerCall(
  body: unknown,
  methods: ReadonlyMap<string, RpcMethod>,
  context: CallContext,
  onRefused: () => void,
): Promise<Record<string, unknown>> {
  const refused = (id: z.infer<typeof Id>, code: number, message: string): Record<string, unknown> => {
    onRefused();
    return failed(id, code, message);
  };
  const call = Call.safeParse(body);
  if (!call.success) return refused(idOf(body), RPC_CODES.invalidRequest, 'invalid request');
  const { id, method: name, params } = call.data;
  const method = methods.get(name);
  if (method === undefined) return refused(id, RPC_CODES.unknownMethod, `unknown method ${name.slice(0, 100)}`);
  try {
    const result = await method(params, context);
    // A response without `result` breaks proxies and some clients.
    return { jsonrpc: '2.0', id, result: result ?? null };
  } catch (error) {
    if (!(error instanceof CallRefusedError)) throw error;
    return refused(id, error.code, error.message);
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
