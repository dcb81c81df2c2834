import { z } from 'zod';

import { UnexpectedEventError } from './errors.ts';

/** The part of Lambda's context that our functions use. */
const Invocation = z.object({
  awsRequestId: z.string().min(1),
  getRemainingTimeInMillis: z.custom<() => number>((value) => typeof value === 'function'),
});
export type Invocation = z.infer<typeof Invocation>;

/** @throws {UnexpectedEventError} */
export function readInvocation(context: unknown): Invocation {
  const parsed = Invocation.safeParse(context);
  if (parsed.success) return parsed.data;
  throw new UnexpectedEventError(parsed.error, 'invoke it with the context that Lambda gives: (event, context)');
}
