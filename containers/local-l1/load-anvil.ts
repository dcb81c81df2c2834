import { LocalProgram } from '../processes/local-program.ts';
import { AnvilReady } from './anvil-messages.ts';

export interface ProgramSurroundings {
  readonly logDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Anvil, an L1 of one's own, on the loopback interface. Told an `AnvilConfiguration`. */
export function loadAnvil(surroundings: ProgramSurroundings): LocalProgram<AnvilReady> {
  return new LocalProgram({
    name: 'anvil',
    entry: new URL('../local-l1/anvil-process.ts', import.meta.url),
    ready: AnvilReady,
    ...surroundings,
  });
}
