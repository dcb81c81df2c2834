import type { EmbeddedEngineOptions } from './embedded-engine.ts';
import type { Engine } from './engine.ts';

/**
 * Says which engine to open, in plain values, so that it can be handed to another process or thread, which opens its own.
 */
export type EngineOptions = { readonly engine: 'embedded' } & Omit<EmbeddedEngineOptions, 'nowMs'>;

/** Opens the ports of the chosen engine. Only that engine's adapters are loaded. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { engine: _, ...embedded } = options;
  const { openEmbeddedEngine } = await import('./embedded-engine.ts');
  return openEmbeddedEngine(embedded);
}
