/** Resolves after `ms` milliseconds, or as soon as `signal` aborts; never rejects. Check the signal to see which. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (ms <= 0 || signal?.aborted === true) return;
  // The global timer, not that of node:timers/promises: tests that move the clock replace it.
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal?.addEventListener('abort', finish);
  });
}
