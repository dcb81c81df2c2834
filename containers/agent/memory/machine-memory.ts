import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

/** The memory that programs here may take: the machine's, or its container's, in MiB. */
export function machineMemoryMib(): number {
  const limitBytes = process.constrainedMemory();
  return Math.floor((limitBytes > 0 ? Math.min(limitBytes, totalmem()) : totalmem()) / 2 ** 20);
}

/** What the system could give to a new program now without ending another, in MiB; `undefined` where it does not say. */
export function availableMemoryMib(): number | undefined {
  try {
    const [, kib] = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
    return kib === undefined ? undefined : Math.floor(Number(kib) / 1024);
  } catch {
    return undefined;
  }
}
