import { makeDevelopmentKeys } from '../../aztec-keys/make-development-keys.ts';
import type { KeyedCircuit } from '../../aztec-keys/circuit-artifacts.ts';
import { runLocalProgram } from '../../processes/run-local-program.ts';
import { startAztecHashing } from '../../processes/start-aztec-hashing.ts';
import { type MemoryMode, memoryModeFor } from '../../../shared/proving-job/circuit-memory.ts';
import { KeysConfiguration, type KeysProgress } from './keys-messages.ts';

// A process of its own: it loads Aztec's circuits, whose memory the proofs need afterwards.
runLocalProgram(KeysConfiguration, async ({ memoryMib, ...configuration }, report) => {
  await startAztecHashing();
  const modeFor = (circuit: KeyedCircuit): MemoryMode => memoryModeFor(circuit, memoryMib);
  await makeDevelopmentKeys({
    ...configuration,
    isLowMemory: (circuit) => modeFor(circuit) === 'low',
    onBegin: (circuit) => report({ kind: 'begin', circuit, memoryMode: modeFor(circuit) } satisfies KeysProgress),
    onMade: (circuit, run) => report({ kind: 'made', circuit, ...run } satisfies KeysProgress),
  });
  return { ready: null, stop: () => Promise.resolve() };
});
