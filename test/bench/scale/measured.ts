/** What a piece of work took of this process. */
export interface Measured {
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** The longest stretch in which no timer could fire, in milliseconds of CPU: a busy machine does not lengthen it. */
  readonly blockedMs: number;
}

export async function measured(work: () => Promise<unknown>): Promise<Measured> {
  let blockedMs = 0;
  let lastMs = cpuMs();
  const see = (): void => {
    const nowMs = cpuMs();
    blockedMs = Math.max(blockedMs, nowMs - lastMs);
    lastMs = nowMs;
  };
  const timer = setInterval(see, 1);
  const began = performance.now();
  const cpuBefore = lastMs;
  await work();
  see();
  clearInterval(timer);
  return { cpuSeconds: (lastMs - cpuBefore) / 1000, seconds: (performance.now() - began) / 1000, blockedMs };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The most memory that this process has had, in MiB. */
export function peakMib(): number {
  return process.resourceUsage().maxRSS / 1024;
}
