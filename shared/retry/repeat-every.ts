import { pause } from './pause.ts';

/** Does the work until `signal` aborts, with a pause of `pauseMs` after each time. What the work throws ends it. */
export async function repeatEvery(pauseMs: number, work: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await work();
    await pause(pauseMs, signal);
  }
}
