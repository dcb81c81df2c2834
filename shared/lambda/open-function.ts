import { openAwsEngine } from '../engine/aws/aws-engine.ts';
import { awsEngineOptionsOf } from '../engine/engine-options.ts';
import type { CompleteEngine } from '../engine/engine.ts';
import { meteredEngine } from '../engine/metered-engine.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { openMetrics } from '../telemetry/open-metrics.ts';
import type { FunctionSettings } from './function-settings.ts';

export interface OpenFunction {
  /** On AWS, and instrumented. */
  readonly engine: CompleteEngine;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Opens the engine, the metrics and the log of a function. */
export function openFunction(name: string, settings: FunctionSettings): OpenFunction {
  const { logLevel, logJson } = settings;
  const log = createLogger(name, {
    logLevel,
    ...(logJson !== undefined && { format: logJson ? ('json' as const) : ('text' as const) }),
  });
  const metrics = openMetrics(settings);
  const engine = openAwsEngine({ ...awsEngineOptionsOf(settings), log });
  return { engine: meteredEngine(engine, metrics, Date.now), metrics, log };
}
