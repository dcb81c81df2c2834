import { z } from 'zod';

/** The first fields of every response: the moment that it shows, and when to poll again. */
export const Moment = z.object({
  atMs: z.number().int(),
  /** The server returns the same bytes for this long, so a page waits at least as long before it polls again, in milliseconds. */
  goodForMs: z.number().nonnegative(),
});
export type Moment = z.infer<typeof Moment>;

/** The body of every response that is not 200 or 304. */
export const Failure = z.object({
  error: z.object({
    code: z.enum([
      'bad-request',
      'unknown-page',
      'unknown-epoch',
      'unknown-job',
      'bad-host',
      'bad-method',
      /** The fleet could not be read; a later request may succeed. */
      'unreadable-fleet',
    ]),
    /** What is wrong and what to do, for people. */
    message: z.string(),
  }),
});
export type Failure = z.infer<typeof Failure>;
export type FailureCode = Failure['error']['code'];

/** An amount of ether in wei, as decimal digits: a number would round beyond 15 of them. */
export const Wei = z.string().regex(/^\d+$/);

/** `0x` and digits: an account, or the hash of a transaction. */
export const Hex = z.templateLiteral(['0x', z.string()]);
