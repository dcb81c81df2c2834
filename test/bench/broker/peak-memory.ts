import { readFileSync } from 'node:fs';

import { descendantsOf, listProcesses } from '../../../containers/processes/process-table.ts';

/**
 * The most memory that a process has held so far, in bytes, with what it started; `undefined` where the system does not keep it
 * (anywhere but on Linux) or the process has ended.
 */
export function peakMemoryBytes(pid: number): number | undefined {
  const pids = [pid, ...descendantsOf(pid, listProcesses()).map((child) => child.pid)];
  const [own, ...others] = pids.map(highWaterBytes);
  return own === undefined ? undefined : others.reduce<number>((sum, bytes = 0) => sum + bytes, own);
}

function highWaterBytes(pid: number): number | undefined {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}
