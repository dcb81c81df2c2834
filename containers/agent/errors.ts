import type { AttemptCause } from '../../shared/ledger/job-ledger.ts';
import { errorText } from '../../shared/telemetry/error-text.ts';

/** This machine or its configuration cannot do the agent's work. It holds no job. */
export class AgentUnfitError extends Error {
  override readonly name = 'AgentUnfitError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the agent cannot work here: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

/** The prover worked when the agent started and does not start again. Restarting the agent may help. */
export class ProverGoneError extends Error {
  override readonly name = 'ProverGoneError';

  constructor(failedStarts: number, options: ErrorOptions & { readonly cause: unknown }) {
    const why = errorText(options.cause);
    super(`the prover failed to start ${failedStarts} times in a row, restart the agent: ${why}`, options);
  }
}

/** An attempt to make a proof failed; the ledger counts it as `attemptCause`. */
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
