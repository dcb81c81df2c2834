import { availableParallelism } from 'node:os';

import type { AztecCircuit } from '../../../shared/proving-job/aztec-circuits.ts';
import { memoryModeFor } from '../../../shared/proving-job/circuit-memory.ts';
import { lowMemoryVariables } from '../../aztec-keys/run-bb.ts';
import { availableMemoryMib, machineMemoryMib } from '../memory/machine-memory.ts';
import type { AztecFamilyOptions } from './aztec-family-options.ts';
import { ChildMemory } from './child-memory.ts';
import { noteMeasurement } from './proof-measurements.ts';

/** Chooses how `bb` keeps its polynomials, by the memory that is there, and measures what it takes. One proof at a time. */
export class RealProofMemory {
  readonly #options: Pick<AztecFamilyOptions, 'memoryMib' | 'bbWorkingDirectory'>;
  readonly #children = new ChildMemory();

  constructor(options: Pick<AztecFamilyOptions, 'memoryMib' | 'bbWorkingDirectory'>) {
    this.#options = options;
  }

  /** @returns what to call when the proof is made */
  begin(circuit: AztecCircuit): () => Promise<void> {
    const { memoryMib = machineMemoryMib(), bbWorkingDirectory } = this.#options;
    const memoryMode = memoryModeFor(circuit, Math.min(memoryMib, availableMemoryMib() ?? memoryMib)) ?? 'low';
    // Aztec's prover hands its environment on to `bb`.
    delete process.env['BB_SLOW_LOW_MEMORY'];
    Object.assign(process.env, lowMemoryVariables(memoryMode === 'low'));
    this.#children.clear();
    const startedAtMs = performance.now();
    return async () => {
      if (bbWorkingDirectory === undefined) return;
      await noteMeasurement(bbWorkingDirectory, {
        circuit,
        seconds: (performance.now() - startedAtMs) / 1000,
        peakMemoryMib: this.#children.peakMib,
        memoryMode,
        threads: Number(process.env['HARDWARE_CONCURRENCY'] ?? availableParallelism()),
      });
    };
  }
}
