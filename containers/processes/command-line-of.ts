import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

/** The arguments of a process on this machine, separated by spaces; `undefined` for an unknown id. */
export function commandLineOf(pid: number): string | undefined {
  // The id 0 would mean this process's own group.
  if (pid <= 0) return undefined;
  try {
    // Small images of Linux have no ps.
    if (fs.existsSync('/proc/self/cmdline')) {
      return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() || undefined;
    }
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
