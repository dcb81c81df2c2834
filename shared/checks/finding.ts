import { errorText } from '../telemetry/error-text.ts';
import { redactUrls } from '../telemetry/redact-urls.ts';

/** What one check found. */
export interface Finding {
  /** What was checked, such as `quota Fargate Spot vCPU resource count`. */
  readonly subject: string;
  /**
   * `warning`: the work can begin, and something is not as it should be. `missing`: it cannot begin. `unknown`: the check could
   * not be made, and `detail` says why.
   */
  readonly state: 'ready' | 'warning' | 'missing' | 'unknown';
  readonly detail: string;
  /** The command, or the change of the settings, that provides what is missing. */
  readonly remedy?: string;
}

/** Runs the check; one that fails becomes an `unknown` finding, and the others go on. */
export async function orUnknown<Found extends Finding>(
  subject: string,
  check: () => Promise<readonly Found[]>,
): Promise<readonly (Found | Finding)[]> {
  try {
    return await check();
  } catch (error) {
    return [{ subject, state: 'unknown', detail: redactUrls(errorText(error)) }];
  }
}

/** One line for each finding, and below it the remedy. */
export function renderFindings(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ subject, state, detail, remedy }) => [
    `${state.padEnd('missing'.length)}  ${subject}: ${detail}`,
    ...(remedy === undefined ? [] : [`         → ${remedy}`]),
  ]);
  return lines.join('\n');
}
