import { LocalProgram } from '../processes/local-program.ts';
import { AnvilReady } from './anvil-messages.ts';

export interface ProgramSurroundings {
  readonly logDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Anvil, a local L1, on the loopback interface. Configured with an `AnvilConfiguration`. */
export function loadAnvil(surroundings: ProgramSurroundings): LocalProgram<AnvilReady> {
  return new LocalProgram({
    name: 'anvil',
    entry: new URL('./anvil-process.ts', import.meta.url),
    ready: AnvilReady,
    ...surroundings,
  });
}
