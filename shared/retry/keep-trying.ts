import { type Backoff, backoffMs } from './backoff.ts';
import { pause } from './pause.ts';

const DEFAULT_BACKOFF: Backoff = { firstMs: 100, longestMs: 5000 };

export interface KeepTryingOptions {
  readonly signal: AbortSignal;
  /** @default 100 ms, doubling up to 5 s */
  readonly backoff?: Backoff;
  /** Errors that no further try can change. */
  readonly isFinal?: (error: unknown) => boolean;
  /** Called after each failure that is tried again. */
  readonly onError: (error: unknown, failures: number, pauseMs: number) => void;
}

/**
 * Runs `action` until it succeeds, with growing pauses between tries.
 * @throws the last error once `signal` has aborted, which begins no further try, or an error that `isFinal` at once.
 */
export async function keepTrying<Result>(
  action: () => Promise<Result>,
  { signal, backoff = DEFAULT_BACKOFF, isFinal, onError }: KeepTryingOptions,
): Promise<Result> {
  const isAborted = (): boolean => signal.aborted;
  for (let failures = 1; ; failures += 1) {
    try {
      return await action();
    } catch (error) {
      if (isFinal?.(error) === true || isAborted()) throw error;
      const pauseMs = backoffMs(failures, backoff);
      onError(error, failures, pauseMs);
      await pause(pauseMs, signal);
      if (isAborted()) throw error;
    }
  }
}
