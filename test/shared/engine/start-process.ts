import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Starts a program of `processes/` as a child process, on the Node that runs the tests. */
export function startProcess(program: string, ...programArguments: readonly (string | number)[]): ChildProcess {
  const path = fileURLToPath(new URL(`processes/${program}`, import.meta.url));
  return fork(path, programArguments.map(String), { execArgv: [] });
}
