import type { AttemptCause } from '../../shared/ledger/job-ledger.ts';

/** This machine or its configuration cannot do the agent's work; nothing was claimed. */
export class AgentUnfitError extends Error {
  override readonly name = 'AgentUnfitError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the agent cannot work here: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

/** A proof was not made; `attemptCause` is what the ledger counts it as. */
export class ProvingAttemptError extends Error {
  override readonly name = 'ProvingAttemptError';
  readonly attemptCause: AttemptCause;

  constructor(attemptCause: AttemptCause, message: string, options?: ErrorOptions) {
    super(message, options);
    this.attemptCause = attemptCause;
  }
}

/** The prover was stopped on purpose: the lease was lost, or the agent gives the job back. It counts as no attempt. */
export class ProvingAbortedError extends Error {
  override readonly name = 'ProvingAbortedError';

  constructor(options?: ErrorOptions) {
    super('the proof was aborted', options);
  }
}
