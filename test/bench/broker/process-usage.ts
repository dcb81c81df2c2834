import { readFileSync } from 'node:fs';

import { descendantsOf, listProcesses } from '../../../containers/processes/process-table.ts';

/** Linux counts a process's time in hundredths of a second, on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface ProcessUsage {
  /** The most memory that the process has held so far, in bytes. */
  readonly peakBytes: number;
  /** The processors' time that it has taken so far, in seconds. */
  readonly cpuSeconds: number;
}

/**
 * What a process has used so far, with what it started; `undefined` where the system does not keep it (anywhere but on Linux)
 * or the process has ended.
 */
export function processUsage(pid: number): ProcessUsage | undefined {
  const pids = [pid, ...descendantsOf(pid, listProcesses()).map((child) => child.pid)];
  const [own, ...others] = pids.map(usageOf);
  return own && others.reduce<ProcessUsage>((sum, other) => (other === undefined ? sum : added(sum, other)), own);
}

function usageOf(pid: number): ProcessUsage | undefined {
  try {
    const peakKib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [userTicks, systemTicks] = [Number(fields[11]), Number(fields[12])];
    if (peakKib === undefined) return undefined;
    return { peakBytes: Number(peakKib) * 1024, cpuSeconds: (userTicks + systemTicks) / TICKS_PER_SECOND };
  } catch {
    return undefined;
  }
}

function added(one: ProcessUsage, other: ProcessUsage): ProcessUsage {
  return { peakBytes: one.peakBytes + other.peakBytes, cpuSeconds: one.cpuSeconds + other.cpuSeconds };
}
