/** What a piece of work took of this process. */
export interface Measured {
  readonly cpuSeconds: number;
  readonly seconds: number;
  /**
   * The longest stretch in which no timer could fire, in milliseconds of the thread's CPU: a busy machine does not lengthen
   * it, and neither do the threads that collect garbage beside it.
   */
  readonly blockedMs: number;
}

export async function measured(work: () => Promise<unknown>): Promise<Measured> {
  let blockedMs = 0;
  let lastMs = msOf(process.threadCpuUsage());
  const see = (): void => {
    const nowMs = msOf(process.threadCpuUsage());
    blockedMs = Math.max(blockedMs, nowMs - lastMs);
    lastMs = nowMs;
  };
  const timer = setInterval(see, 1);
  const began = performance.now();
  const cpuBeforeMs = msOf(process.cpuUsage());
  await work();
  const seconds = (performance.now() - began) / 1000;
  const cpuSeconds = (msOf(process.cpuUsage()) - cpuBeforeMs) / 1000;
  see();
  clearInterval(timer);
  return { cpuSeconds, seconds, blockedMs };
}

function msOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

/** The most memory that this process has had, in MiB. */
export function peakMib(): number {
  return process.resourceUsage().maxRSS / 1024;
}
