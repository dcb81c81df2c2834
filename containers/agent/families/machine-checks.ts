import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';

import { CIRCUIT_CATALOGUE, type NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';

/** What `bb` is compiled for on x86: the Skylake generation (barretenberg's `cmake/arch.cmake`). */
const BB_CPU_FLAGS = ['avx2', 'bmi2', 'adx'];

/** Memory of `bb` per gate, in KiB: 2 GB were measured for a circuit of 2^21 gates, and it grows with the gates. */
const BB_KIB_PER_GATE = 1;

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
  const [largest] = [...circuits].sort((a, b) => CIRCUIT_CATALOGUE[b].log2Gates - CIRCUIT_CATALOGUE[a].log2Gates);
  if (largest === undefined) return undefined;
  const neededMib = (2 ** CIRCUIT_CATALOGUE[largest].log2Gates * BB_KIB_PER_GATE) / 1024;
  if (neededMib <= memoryMib) return undefined;
  return `${largest} needs about ${neededMib} MiB of memory, but there are ${memoryMib} MiB: give the agent more memory, or only pools with smaller circuits`;
}

function machineMemoryMib(): number {
  const limitBytes = process.constrainedMemory();
  return Math.floor((limitBytes > 0 ? Math.min(limitBytes, totalmem()) : totalmem()) / 2 ** 20);
}
