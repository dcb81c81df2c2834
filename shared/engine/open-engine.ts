import type { AwsEngineOptions } from './aws/aws-engine.ts';
import type { EmbeddedEngineOptions } from './embedded/embedded-engine.ts';
import type { Engine } from './engine.ts';
import type { EngineLog } from './engine-log.ts';

/** Which engine to open, in plain values, so that it can be handed to another process or thread, which opens its own. */
export type EngineOptions =
  | ({ readonly engine: 'embedded' } & Omit<
      EmbeddedEngineOptions,
      'nowMs' | 'steadyMs' | 'log' | 'readFreeBytes' | 'removesExpired'
    >)
  | ({ readonly engine: 'aws' } & Omit<AwsEngineOptions, 'nowMs' | 'log'>);

export interface OpenEngineDeps {
  readonly log?: EngineLog;
  /** For the node: on one machine it deletes what AWS deletes by itself. @default false */
  readonly removesExpired?: boolean;
}

/**
 * Opens the ports of the chosen engine. Only that engine's adapters are loaded.
 *
 * On AWS it sends no request yet: a program starts while AWS is unreachable, and the first call that needs a missing
 * resource reports it.
 */
export async function openEngine(
  options: EngineOptions,
  { log, removesExpired = false }: OpenEngineDeps = {},
): Promise<Engine> {
  if (options.engine === 'aws') {
    const { engine: _engine, ...aws } = options;
    const { openAwsEngine } = await import('./aws/aws-engine.ts');
    return openAwsEngine({ ...aws, ...(log && { log }) });
  }
  const { engine: _engine, ...embedded } = options;
  const { openEmbeddedEngine } = await import('./embedded/embedded-engine.ts');
  return openEmbeddedEngine({ ...embedded, removesExpired, ...(log && { log }) });
}
