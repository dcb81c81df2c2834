import { workerData } from 'node:worker_threads';

// A thread of the prover process. A proof blocks the main thread for minutes, and a parent that was killed sends no
// message; this thread notices that it has ended, and kills the prover with all that it started.

const { parentPid } = workerData as { parentPid: number };
const CHECK_MS = 250;

setInterval(() => {
  // The system gives an orphan another parent.
  if (process.ppid !== parentPid) process.kill(-process.pid, 'SIGKILL');
}, CHECK_MS);
