/** A file of tests, as it came out. */
export interface SuiteResult {
  readonly file: string;
  /** Of its tests, its hooks and its imports. */
  readonly durationMs: number;
  readonly passed: number;
  /** Tests, and what failed outside of any test: a hook, an import. */
  readonly failed: number;
  readonly skipped: number;
}

const SLOWEST = 10;

/**
 * The end of a run in plain text: how long it took, its slowest suites and, alone on the last line, `N passed, N failed`.
 *
 * @param errors what went wrong outside of any suite
 */
export function summariseRun(suites: readonly SuiteResult[], wallMs: number, errors: number): readonly string[] {
  const slowest = suites.toSorted((left, right) => right.durationMs - left.durationMs).slice(0, SLOWEST);
  const sum = (field: 'passed' | 'failed' | 'skipped'): number =>
    suites.reduce((total, suite) => total + suite[field], 0);
  const skipped = sum('skipped');
  return [
    `The run took ${seconds(wallMs)}. The slowest of its ${suites.length} suites:`,
    ...slowest.map(({ file, durationMs }) => `${seconds(durationMs).padStart(10)}  ${file}`),
    `${sum('passed')} passed, ${sum('failed') + errors} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  ];
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
