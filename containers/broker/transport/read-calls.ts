import { CallSplitter, type SplitCall } from './call-splitter.ts';
import { BodyRefusedError } from './errors.ts';

/** A body up to this size is read whole before the first of its calls begins, and needs no turn. */
const SMALL_BYTES = 256 * 1024;
/** The same while many bodies are read at a time, as of clients that send slowly. */
const TINY_BYTES = 16 * 1024;

/** A call as it came, with what its body says of it. */
export interface ReadCall extends Pick<SplitCall, 'isInList' | 'isAlone'> {
  readonly call: unknown;
  /** Of the call in its body, once unpacked. */
  readonly sizeBytes: number;
}

export interface ReadCallsOptions {
  /** The most calls of one body. */
  readonly maxCalls: number;
  /** Whether many small bodies are in memory. */
  readonly areSmallOnesMany: () => boolean;
  /** Called once when the body turns out to be large, before more of it is read. */
  readonly onLarge: () => Promise<void>;
}

/**
 * The calls of a body. Those of a large one come while it is still read, and the next part is read when they were taken:
 * its client feels it as a slow network.
 * @throws {BodyRefusedError} when the body is malformed, which of a large one shows when its first calls have been made
 */
export async function* readCalls(
  parts: AsyncIterable<Buffer>,
  { maxCalls, areSmallOnesMany, onLarge }: ReadCallsOptions,
): AsyncGenerator<ReadCall> {
  const splitter = new CallSplitter();
  let pending: ReadCall[] = [];
  let [bytes, calls] = [0, 0];
  let isLarge = false;
  const read = (split: () => readonly SplitCall[]): void => {
    for (const call of splitOr400(split)) {
      calls += 1;
      if (calls > maxCalls) {
        throw new BodyRefusedError(400, `the batch has more than ${maxCalls} calls: see RPC_MAX_BATCH_SIZE`);
      }
      // A call that waited for news would keep its turn, and its body, meanwhile.
      pending.push(parsed({ ...call, isAlone: call.isAlone && !isLarge }));
    }
  };
  for await (const part of parts) {
    bytes += part.length;
    if (!isLarge && bytes > (areSmallOnesMany() ? TINY_BYTES : SMALL_BYTES)) {
      isLarge = true;
      await onLarge();
    }
    read(() => splitter.push(part));
    if (!isLarge) continue;
    yield* pending;
    pending = [];
  }
  read(() => splitter.end());
  if (calls === 0) throw new BodyRefusedError(400, 'the batch is empty');
  yield* pending;
}

function splitOr400(split: () => readonly SplitCall[]): readonly SplitCall[] {
  try {
    return split();
  } catch (error) {
    if (error instanceof SyntaxError) throw new BodyRefusedError(400, 'the body is not JSON');
    throw error;
  }
}

function parsed({ json, isInList, isAlone }: SplitCall): ReadCall {
  try {
    return { call: JSON.parse(json.toString('utf8')), isInList, isAlone, sizeBytes: json.length };
  } catch {
    // The message of the parser quotes the body.
    throw new BodyRefusedError(400, 'the body is not JSON');
  }
}
