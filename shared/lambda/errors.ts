import { z } from 'zod';

/** A function was handed something else than what it is made for. */
export class UnexpectedEventError extends Error {
  override readonly name = 'UnexpectedEventError';

  /** @param whatToDo how the function has to be connected, without a full stop */
  constructor(problem: z.ZodError | string, whatToDo: string) {
    const what = typeof problem === 'string' ? problem : z.prettifyError(problem);
    super(`the function cannot read what it was invoked with: ${what}\n${whatToDo}`);
  }
}

/** The time-out of a function is so short that it could do nothing. */
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

/** The secret that says how L1 is reached cannot be used. */
export class L1SecretUnusableError extends Error {
  override readonly name = 'L1SecretUnusableError';
  readonly secretId: string;

  constructor(secretId: string, what: string, options?: ErrorOptions) {
    super(`the secret ${secretId} does not say how L1 is reached: ${what}`, options);
    this.secretId = secretId;
  }
}
