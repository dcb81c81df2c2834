import { z } from 'zod';

/** Every response begins like this: the moment that it shows, and when it pays to ask again. */
export const Moment = z.object({
  atMs: z.number().int(),
  /** Until then the server answers with the same bytes, so a page that polls waits at least so long, in milliseconds. */
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
      /** The fleet could not be read; it may be when it is asked again. */
      'unreadable-fleet',
    ]),
    /** What is wrong and what to do, for people. */
    message: z.string(),
  }),
});
export type Failure = z.infer<typeof Failure>;
export type FailureCode = Failure['error']['code'];

/** An amount of ether in wei, in decimal: a number holds no more than 15 digits. */
export const Wei = z.string().regex(/^\d+$/);

/** `0x` and digits: an account, or the hash of a transaction. */
export const Hex = z.templateLiteral(['0x', z.string()]);
