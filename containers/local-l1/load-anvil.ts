import { DevnetProgram } from '../processes/devnet-program.ts';
import { AnvilReady } from './anvil-messages.ts';

export interface ProgramSurroundings {
  readonly logDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Anvil, a local L1, on the loopback interface. Configured with an `AnvilConfiguration`. */
export function loadAnvil(surroundings: ProgramSurroundings): DevnetProgram<AnvilReady> {
  return new DevnetProgram({
    name: 'anvil',
    entry: new URL('./anvil-process.ts', import.meta.url),
    ready: AnvilReady,
    ...surroundings,
  });
}
