import { engineOptionsOf } from '../config/engine-options.ts';
import type { Engine } from '../engine/engine.ts';
import { openEngine } from '../engine/open-engine.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import type { FunctionSettings } from './function-settings.ts';

/** Opens the engine and the log of a function. */
export async function openFunction(
  name: string,
  settings: FunctionSettings,
): Promise<{ readonly engine: Engine; readonly log: Logger }> {
  const { logLevel, logJson } = settings;
  const log = createLogger(name, {
    logLevel,
    ...(logJson !== undefined && { format: logJson ? ('json' as const) : ('text' as const) }),
  });
  return { engine: await openEngine(engineOptionsOf(settings), { log }), log };
}
