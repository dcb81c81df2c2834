import { repeatEvery } from '../../shared/retry/repeat-every.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Metrics } from '../../shared/telemetry/metrics.ts';

export interface MeasureLagDeps {
  /** The time of the newest L1 block that the node has read, in Unix milliseconds; `undefined` before the first. */
  readonly readUntilMs: () => Promise<number | undefined>;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  readonly log: Logger;
}

const EVERY_MS = 30_000;

/** Records how far the node is behind L1, twice a minute until `signal` aborts. An alarm takes missing data for a failure. */
export function runLagMeasurement(deps: MeasureLagDeps, signal: AbortSignal): Promise<void> {
  return repeatEvery(EVERY_MS, () => measureLag(deps), signal);
}

/** Records nothing before the first block: there is no age to report yet. */
export async function measureLag({ readUntilMs, metrics, nowMs, log }: MeasureLagDeps): Promise<void> {
  try {
    const untilMs = await readUntilMs();
    if (untilMs !== undefined) metrics.record('NodeLagSeconds', Math.max(0, (nowMs() - untilMs) / 1000), {});
  } catch (error) {
    log.warn({ err: error }, 'could not measure how far the node is behind L1');
  }
}
