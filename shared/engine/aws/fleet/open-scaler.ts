import type { EngineOptions } from '../../open-engine.ts';
import type { LambdaScaler, LambdaScalerOptions } from './lambda-scaler.ts';

/** The scaler of the fleet; `undefined` for agents of one machine, which nothing scales. Asks nothing of it. */
export async function openScaler(
  options: EngineOptions,
  deps: Pick<LambdaScalerOptions, 'nowMs' | 'log'>,
): Promise<LambdaScaler | undefined> {
  if (options.engine !== 'aws') return undefined;
  // Loaded only where it is needed, as the engine itself is.
  const { LambdaScaler } = await import('./lambda-scaler.ts');
  return new LambdaScaler({ prefix: options.prefix, connection: options.connection, ...deps });
}
