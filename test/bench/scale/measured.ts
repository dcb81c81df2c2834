/** What a piece of work took of this process. */
export interface Measured {
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** The longest time in which no timer could fire, in milliseconds. */
  readonly blockedMs: number;
}

export async function measured(work: () => Promise<unknown>): Promise<Measured> {
  let blockedMs = 0;
  let lastMs = performance.now();
  const see = (): void => {
    const nowMs = performance.now();
    blockedMs = Math.max(blockedMs, nowMs - lastMs);
    lastMs = nowMs;
  };
  const timer = setInterval(see, 1);
  const began = performance.now();
  const cpu = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  see();
  clearInterval(timer);
  return { cpuSeconds: (user + system) / 1e6, seconds: (performance.now() - began) / 1000, blockedMs };
}

/** The most memory that this process has had, in MiB. */
export function peakMib(): number {
  return process.resourceUsage().maxRSS / 1024;
}
