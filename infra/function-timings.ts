import { Duration } from 'aws-cdk-lib';

export interface FunctionTiming {
  /** After this Lambda kills it. */
  readonly timeout: Duration;
  readonly memoryMib: number;
  /** The most copies at a time. @default no limit, and none reserved */
  readonly maxAtOnce?: number;
  /** How often it runs. @default only when something else invokes it */
  readonly every?: Duration;
}

/** How long each function may take, how often it runs, and how many at a time. */
export const FUNCTION_TIMINGS = {
  // It follows a transaction until it is mined. A second copy ends at once, and a hanging one must not block the next.
  'submit-root': { timeout: Duration.minutes(5), memoryMib: 512, every: Duration.minutes(1) },
  'sweep-ledger': { timeout: Duration.seconds(50), memoryMib: 512, every: Duration.minutes(1), maxAtOnce: 1 },
  'watch-tasks': { timeout: Duration.seconds(10), memoryMib: 256 },
  // Its event sources have their own limit.
  'settle-dead-letters': { timeout: Duration.seconds(30), memoryMib: 256 },
  'watch-l1': { timeout: Duration.seconds(60), memoryMib: 512, every: Duration.minutes(1), maxAtOnce: 1 },
  // A whole CPU comes with this much memory. With 512 MiB a decision took twice as long while two epochs of 100,000 jobs were
  // open, and their trees nearly all of the memory (`npm run bench:scale`).
  'scale-fleet': { timeout: Duration.seconds(60), memoryMib: 1769, every: Duration.minutes(1), maxAtOnce: 1 },
} as const satisfies Record<string, FunctionTiming>;

/** AWS's advice for a queue that a function reads: six times the function's time-out, so that retries of a batch do not overlap. */
export function deadLetterVisibility(): Duration {
  return Duration.seconds(6 * FUNCTION_TIMINGS['settle-dead-letters'].timeout.toSeconds());
}
