import type { Logger } from '../telemetry/logger.ts';
import type { AwsEngineOptions } from './aws/aws-engine.ts';
import type { EmbeddedEngineOptions } from './embedded/embedded-engine.ts';
import type { Engine } from './engine.ts';

/**
 * Says which engine to open, in plain values, so that it can be handed to another process or thread, which opens its own.
 */
export type EngineOptions =
  | ({ readonly engine: 'embedded' } & Omit<EmbeddedEngineOptions, 'nowMs'>)
  | ({ readonly engine: 'aws' } & Omit<AwsEngineOptions, 'nowMs' | 'log'>);

export interface OpenEngineDeps {
  /** Is told, in few lines, what had to be tried again. */
  readonly log?: Pick<Logger, 'warn'>;
}

/**
 * Opens the ports of the chosen engine. Only that engine's adapters are loaded.
 *
 * On AWS nothing is asked at the start: a program comes up while AWS is away, and what is missing shows with the first
 * call that needs it.
 */
export async function openEngine(options: EngineOptions, { log }: OpenEngineDeps = {}): Promise<Engine> {
  if (options.engine === 'aws') {
    const { engine: _engine, ...aws } = options;
    const { openAwsEngine } = await import('./aws/aws-engine.ts');
    return openAwsEngine({ ...aws, ...(log && { log }) });
  }
  const { engine: _engine, ...embedded } = options;
  const { openEmbeddedEngine } = await import('./embedded/embedded-engine.ts');
  return openEmbeddedEngine(embedded);
}
