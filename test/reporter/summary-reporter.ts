import type { Reporter, SerializedError, TestModule } from 'vitest/node';

import { type SuiteResult, summariseRun } from './summarise-run.ts';

/** Prints how long a run took, its slowest suites and, as the last line, how many tests passed and failed. */
export class SummaryReporter implements Reporter {
  readonly #write: (text: string) => void;
  #startedAtMs = performance.now();

  constructor(write: (text: string) => void = (text) => void process.stdout.write(text)) {
    this.#write = write;
  }

  onTestRunStart(): void {
    this.#startedAtMs = performance.now();
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const lines = summariseRun(modules.map(resultOf), performance.now() - this.#startedAtMs, errors.length);
    this.#write(`\n${lines.join('\n')}\n`);
  }
}

function resultOf(module: TestModule): SuiteResult {
  const states = [...module.children.allTests()].map((test) => test.result().state);
  const count = (state: string): number => states.filter((each) => each === state).length;
  const failures = [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0).length;
  const { collectDuration, setupDuration, duration } = module.diagnostic();
  return {
    file: module.relativeModuleId,
    durationMs: collectDuration + setupDuration + duration,
    passed: count('passed'),
    failed: count('failed') + failures,
    skipped: count('skipped') + count('pending'),
  };
}
