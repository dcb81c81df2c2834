import { LocalProgram } from '../processes/local-program.ts';
import type { ProgramSurroundings } from '../local-l1/load-anvil.ts';
import { ChainReady } from './chain/chain-messages.ts';
import { KeysProgress, KeysReady } from './keys/keys-messages.ts';
import { SequencerProgress } from '../devnet/sequencer/sequencer-messages.ts';

/** The key of the root takes minutes, on two cores. */
const KEYS_SECONDS = 3600;
/** Deployment, compilation of the verifier, and the wait for a slot. */
const CHAIN_SECONDS = 600;

/** Makes the development keys. Configured with a `KeysConfiguration`. */
export function loadKeys(
  surroundings: ProgramSurroundings,
  onProgress: (progress: KeysProgress) => void,
): LocalProgram<null> {
  return new LocalProgram({
    name: 'keys',
    entry: new URL('./keys/keys-process.ts', import.meta.url),
    ready: KeysReady,
    readySeconds: KEYS_SECONDS,
    onProgress: (value) => onProgress(KeysProgress.parse(value)),
    ...surroundings,
  });
}

/** Makes the chain and its epoch. Configured with a `ChainConfiguration`; needs `prepareForge`'s variables. */
export function loadChain(
  surroundings: ProgramSurroundings,
  onProgress: (line: string) => void,
): LocalProgram<ChainReady> {
  return new LocalProgram({
    name: 'chain',
    entry: new URL('./chain/chain-process.ts', import.meta.url),
    ready: ChainReady,
    readySeconds: CHAIN_SECONDS,
    onProgress: (value) => onProgress(SequencerProgress.parse(value)),
    ...surroundings,
  });
}
