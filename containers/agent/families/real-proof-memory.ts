import { availableParallelism } from 'node:os';

import type { AztecCircuit } from '../../../shared/proving-job/aztec-circuits.ts';
import { bbThreadsFor } from '../../../shared/proving-job/bb-threads.ts';
import { memoryModeFor } from '../../../shared/proving-job/circuit-memory.ts';
import { lowMemoryVariables, threadVariables } from '../../aztec-keys/run-bb.ts';
import { availableMemoryMib, machineMemoryMib } from '../memory/machine-memory.ts';
import type { AztecFamilyOptions } from './aztec-family-options.ts';
import { ChildMemory } from './child-memory.ts';
import { noteMeasurement } from './proof-measurements.ts';

/** Chooses threads and memory mode of `bb` for each proof, and measures what it takes. One proof at a time. */
export class RealProofMemory {
  readonly #options: Pick<AztecFamilyOptions, 'memoryMib' | 'bbWorkingDirectory'>;
  readonly #children = new ChildMemory();
  /** As many as the agent may use. */
  readonly #threads = Number(process.env['HARDWARE_CONCURRENCY'] ?? availableParallelism());

  constructor(options: Pick<AztecFamilyOptions, 'memoryMib' | 'bbWorkingDirectory'>) {
    this.#options = options;
  }

  /** @returns what to call when the proof is made */
  begin(circuit: AztecCircuit): () => Promise<void> {
    const { memoryMib = machineMemoryMib(), bbWorkingDirectory } = this.#options;
    const memoryMode = memoryModeFor(circuit, Math.min(memoryMib, availableMemoryMib() ?? memoryMib));
    // Aztec's prover hands its environment on to `bb`.
    delete process.env['BB_SLOW_LOW_MEMORY'];
    const threads = bbThreadsFor(circuit, this.#threads);
    Object.assign(process.env, lowMemoryVariables(memoryMode === 'low'), threadVariables(threads));
    this.#children.clear();
    const startedAtMs = performance.now();
    return async () => {
      if (bbWorkingDirectory === undefined) return;
      await noteMeasurement(bbWorkingDirectory, {
        circuit,
        seconds: (performance.now() - startedAtMs) / 1000,
        peakMemoryMib: this.#children.peakMib,
        memoryMode,
        threads,
      });
    };
  }
}
