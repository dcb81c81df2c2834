import { readFile } from 'node:fs/promises';

import type { NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';
import { memoryOfProof } from '../../../shared/proving-job/circuit-memory.ts';
import { machineMemoryMib } from '../memory/machine-memory.ts';

/** What `bb` is compiled for on x86: the Skylake generation (barretenberg's `cmake/arch.cmake`). */
const BB_CPU_FLAGS = ['avx2', 'bmi2', 'adx'];

/** Says why `bb` does not run on this CPU; `undefined` if it does. */
export async function checkCpu(): Promise<string | undefined> {
  if (process.arch !== 'x64' || process.platform !== 'linux') return undefined;
  const flags = new Set(/^flags\s*:\s*(.*)$/m.exec(await readFile('/proc/cpuinfo', 'utf8'))?.[1]?.split(' '));
  const missing = BB_CPU_FLAGS.filter((flag) => !flags.has(flag));
  if (missing.length === 0) return undefined;
  return `this CPU lacks ${missing.join(', ')}, which bb is compiled for: use an x86 machine of the Skylake generation or newer, or an arm64 one`;
}

/**
 * Says why the largest of the circuits does not fit; `undefined` if it does.
 * @param memoryMib the memory that the agent may count on
 */
export function checkMemory(circuits: readonly NativeCircuit[], memoryMib = machineMemoryMib()): string | undefined {
  const [largest] = [...circuits].sort((a, b) => memoryOfProof(b) - memoryOfProof(a));
  if (largest === undefined || memoryOfProof(largest) <= memoryMib) return undefined;
  return (
    `${largest} needs about ${memoryOfProof(largest)} MiB of memory, but there are ${memoryMib} MiB: ` +
    'give the agent more memory, or only pools with smaller circuits'
  );
}
