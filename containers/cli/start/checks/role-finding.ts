import type { Finding } from '../../../../shared/checks/finding.ts';
import { InvalidSettingsError } from '../../../../shared/config/errors.ts';
import { EXIT_CODES } from '../../../processes/exit-codes.ts';

/** The one that says most comes first. */
export const FAULTS = ['settings', 'machine', 'surroundings', 'awaited'] as const;

/**
 * Where a fault lies, which decides the exit code: in the settings, in this machine and its data, or around it, so that trying
 * again may help. A program that is started waits for what is `awaited`.
 */
export type Fault = (typeof FAULTS)[number];

/** What a check of a role found. */
export interface RoleFinding extends Finding {
  /** Of what is missing. @default surroundings */
  readonly fault?: Fault;
}

const EXIT_CODE_OF_FAULT: Readonly<Record<Fault, number>> = {
  settings: EXIT_CODES.misused,
  machine: EXIT_CODES.unfit,
  surroundings: EXIT_CODES.failed,
  awaited: EXIT_CODES.failed,
};

export function ready(subject: string, detail: string): RoleFinding {
  return { subject, state: 'ready', detail };
}

export function warning(subject: string, detail: string, remedy: string): RoleFinding {
  return { subject, state: 'warning', detail, remedy };
}

export function missing(fault: Fault, subject: string, detail: string, remedy?: string): RoleFinding {
  return { subject, state: 'missing', detail, fault, ...(remedy !== undefined && { remedy }) };
}

/** What is wrong with the settings, as their own errors say it; passes on any other error. */
export function missingSettings(subject: string, error: unknown): readonly RoleFinding[] {
  if (!(error instanceof InvalidSettingsError)) throw error;
  return error.problems.map((problem) => missing('settings', subject, problem));
}

/** Whether a program that is started may not begin. */
export function isFatal({ state, fault }: RoleFinding): boolean {
  return state === 'missing' && fault !== 'awaited';
}

export function exitCodeOf(findings: readonly RoleFinding[]): number {
  const faults = findings.flatMap(({ state, fault = 'surroundings' }) => (state === 'missing' ? [fault] : []));
  const worst = FAULTS.find((fault) => faults.includes(fault));
  return worst === undefined ? EXIT_CODES.done : EXIT_CODE_OF_FAULT[worst];
}
