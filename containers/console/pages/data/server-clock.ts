import { useEffect, useState } from 'preact/hooks';

/** How far the server's clock is ahead of the browser's. */
let aheadMs = 0;

/** Called when the clock is set. */
const watchers = new Set<() => void>();

/** Learns the server's time from a response that has just come. */
export function setServerTime(atMs: number): void {
  aheadMs = atMs - Date.now();
  for (const watch of watchers) watch();
}

export function serverNowMs(): number {
  return Date.now() + aheadMs;
}

/** The server's time, once a second and whenever a response sets it. */
export function useNow(): number {
  const [nowMs, setNow] = useState(serverNowMs);
  useEffect(() => {
    const tick = (): void => setNow(serverNowMs());
    const ticking = setInterval(tick, 1000);
    watchers.add(tick);
    return () => {
      clearInterval(ticking);
      watchers.delete(tick);
    };
  }, []);
  return nowMs;
}
