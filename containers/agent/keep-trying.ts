import { pause } from './pause.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/**
 * Does `action` until it succeeds, with growing pauses between.
 * @throws the last error once `signal` has aborted, or at once an error that `isFinal`.
 */
export async function keepTrying<Result>(
  action: () => Promise<Result>,
  options: {
    readonly signal: AbortSignal;
    readonly isFinal?: (error: unknown) => boolean;
    readonly onError: (error: unknown) => void;
  },
): Promise<Result> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await action();
    } catch (error) {
      if (options.isFinal?.(error) === true || options.signal.aborted) throw error;
      options.onError(error);
      await pause(pauseMs, options.signal);
    }
  }
}
