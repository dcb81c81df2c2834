/** One condition of a program's health, such as `synced`. */
export interface HealthCheck {
  readonly name: string;
  /** What is wrong, and what to do about it; `undefined` when the condition holds. */
  readonly problem: string | undefined;
  /** Whether the program is ready all the same: the problem is only shown. @default false */
  readonly isWarning?: boolean;
}

/** One line for each condition. */
export function renderChecks(checks: readonly HealthCheck[]): string {
  return checks
    .map(
      ({ name, problem, isWarning }) =>
        `${name}: ${problem === undefined ? 'ok' : `${isWarning ? 'warning: ' : ''}${problem}`}\n`,
    )
    .join('');
}

export function isHealthy(checks: readonly HealthCheck[]): boolean {
  return checks.every(({ problem, isWarning }) => problem === undefined || isWarning === true);
}
