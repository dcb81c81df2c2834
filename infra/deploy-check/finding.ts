import { errorText } from '../../shared/telemetry/error-text.ts';
import { redactUrls } from '../../shared/telemetry/redact-urls.ts';

/** What one check found. */
export interface Finding {
  /** What was checked, such as `quota Fargate Spot vCPU resource count`. */
  readonly subject: string;
  /** `unknown`: the check could not be made, and `detail` says why. */
  readonly state: 'ready' | 'missing' | 'unknown';
  readonly detail: string;
  /** The command, or the change of `coppice.config.ts`, that provides what is missing. */
  readonly remedy?: string;
}

/** Runs the check; one that fails becomes an `unknown` finding, and the others go on. */
export async function orUnknown(
  subject: string,
  check: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [{ subject, state: 'unknown', detail: redactUrls(errorText(error)) }];
  }
}
