import { isMainThread } from 'node:worker_threads';

// Loaded into a process of the fleet before its own program (`node --import`). A parent that was killed can stop nobody;
// its end closes the channel to this process, which then stops as if it had been asked to.

/** What an orderly stop may take before this process, and all of its group, is killed. */
const STOP_SECONDS = 10;

if (isMainThread && process.channel !== undefined) {
  process.once('disconnect', () => {
    const kill = (): void => void process.kill(-process.pid, 'SIGKILL');
    setTimeout(kill, STOP_SECONDS * 1000).unref();
    process.kill(process.pid, 'SIGTERM');
  });
  // The channel is for its end alone, and must not keep a process that is done.
  process.channel.unref();
}
