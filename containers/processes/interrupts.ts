import { EXIT_CODES } from './exit-codes.ts';

/** The user or the system has asked the run to stop. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.signal = signal;
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One Ctrl-C can arrive twice at once: from the terminal, which signals every process, and from npm, which passes it on. */
const SAME_INTERRUPT_MS = 1000;

export interface Interrupts {
  /** Aborts, with an `InterruptedError`, at the first Ctrl-C, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Restores the default handling of the signals. */
  release(): void;
}

/** Catches the signals that would end the process. @param onImpatience called for each signal well after the first */
export function catchInterrupts(onImpatience: () => void, nowMs: () => number = Date.now): Interrupts {
  const controller = new AbortController();
  let firstAtMs: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    firstAtMs ??= nowMs();
    if (!controller.signal.aborted) controller.abort(new InterruptedError(signal));
    else if (nowMs() - firstAtMs >= SAME_INTERRUPT_MS) onImpatience();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    release() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}

/** Runs something that the first such signal aborts; one well after that ends the process at once. */
export async function runInterruptibly<Result>(run: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const interrupts = catchInterrupts(() => process.exit(EXIT_CODES.interrupted));
  try {
    return await run(interrupts.signal);
  } finally {
    interrupts.release();
  }
}
