import { engineOptionsOf } from '../engine/engine-options.ts';
import type { Engine } from '../engine/engine.ts';
import { openEngine } from '../engine/open-engine.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { meteredEngine } from '../engine/metered-engine.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { openMetrics } from '../telemetry/open-metrics.ts';
import type { FunctionSettings } from './function-settings.ts';

export interface OpenFunction {
  /** What it does is measured. */
  readonly engine: Engine;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Opens the engine, the metrics and the log of a function. */
export async function openFunction(name: string, settings: FunctionSettings): Promise<OpenFunction> {
  const { logLevel, logJson } = settings;
  const log = createLogger(name, {
    logLevel,
    ...(logJson !== undefined && { format: logJson ? ('json' as const) : ('text' as const) }),
  });
  const metrics = openMetrics(settings);
  const engine = await openEngine(engineOptionsOf(settings), { log });
  return { engine: meteredEngine(engine, metrics, Date.now), metrics, log };
}
