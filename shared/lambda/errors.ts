import { z } from 'zod';

/** A function was invoked with an event that it does not handle. */
export class UnexpectedEventError extends Error {
  override readonly name = 'UnexpectedEventError';

  /** @param whatToDo how the function has to be connected, without a full stop */
  constructor(problem: z.ZodError | string, whatToDo: string) {
    const what = typeof problem === 'string' ? problem : z.prettifyError(problem);
    super(`the function cannot read what it was invoked with: ${what}\n${whatToDo}`);
  }
}

/** The function's time-out is too short for any work. */
export class InvocationTooShortError extends Error {
  override readonly name = 'InvocationTooShortError';
  readonly leftMs: number;
  readonly neededMs: number;

  constructor(leftMs: number, neededMs: number) {
    super(`the invocation has ${leftMs} ms and needs more than ${neededMs}: give the function a longer time-out`);
    this.leftMs = leftMs;
    this.neededMs = neededMs;
  }
}

/** The secret with the URLs of L1 cannot be used. */
export class L1SecretUnusableError extends Error {
  override readonly name = 'L1SecretUnusableError';
  readonly secretId: string;

  constructor(secretId: string, what: string, options?: ErrorOptions) {
    super(`cannot read the URLs of L1 from secret ${secretId}: ${what}`, options);
    this.secretId = secretId;
  }
}
