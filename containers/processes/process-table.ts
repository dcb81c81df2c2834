import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

/** One live process of this machine. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  /** When it started, in the system's format: distinguishes it from a later process with the same id. */
  readonly startedAt: string;
}

/** Every live process, without zombies. */
export function listProcesses(): readonly ProcessEntry[] {
  // Small images of Linux have no ps.
  return fs.existsSync('/proc/self/stat') ? listFromProc() : listFromPs();
}

/** The processes that `pid` started, and that those started, and so on. */
export function descendantsOf(pid: number, processes: readonly ProcessEntry[]): readonly ProcessEntry[] {
  const children = processes.filter(({ parentPid }) => parentPid === pid);
  return children.flatMap((child) => [child, ...descendantsOf(child.pid, processes)]);
}

/** Those of `wanted` that are still alive. */
export function stillAlive(wanted: readonly ProcessEntry[]): readonly ProcessEntry[] {
  const alive = new Set(listProcesses().map(identityOf));
  return wanted.filter((entry) => alive.has(identityOf(entry)));
}

/** `kill -9`; skips those that have ended meanwhile. */
export function killAll(processes: readonly ProcessEntry[]): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function identityOf({ pid, startedAt }: ProcessEntry): string {
  return `${pid} ${startedAt}`;
}

function listFromProc(): readonly ProcessEntry[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readIfThere(`/proc/${name}/stat`);
      // The second field is the program's name in parentheses, which may hold anything.
      const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
      const [state, parentPid, startedAt] = [fields?.[0], fields?.[1], fields?.[19]];
      if (state === undefined || state === 'Z' || startedAt === undefined) return [];
      return [{ pid: Number(name), parentPid: Number(parentPid), startedAt }];
    });
}

function readIfThere(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    // The process has ended since it was listed.
    return undefined;
  }
}

function listFromPs(): readonly ProcessEntry[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,lstart='], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  return table.split('\n').flatMap((line) => {
    const [, pid, parentPid, state, startedAt] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line) ?? [];
    if (state === undefined || state.startsWith('Z') || startedAt === undefined) return [];
    return [{ pid: Number(pid), parentPid: Number(parentPid), startedAt }];
  });
}
