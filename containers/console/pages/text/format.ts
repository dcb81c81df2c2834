import { formatDuration } from '../../../terminal/format-duration.ts';

/** `13:05:09` on the day of `nowMs`, else `11-28 13:05`; in UTC, as logs and the command line have it. */
export function formatClock(atMs: number, nowMs: number): string {
  const at = new Date(atMs).toISOString();
  return at.slice(0, 10) === new Date(nowMs).toISOString().slice(0, 10)
    ? at.slice(11, 19)
    : `${at.slice(5, 10)} ${at.slice(11, 16)}`;
}

/** `in 4 min 10 s`, `12 s ago`. */
export function formatDistance(atMs: number, nowMs: number): string {
  return atMs >= nowMs ? `in ${formatDuration(atMs - nowMs)}` : `${formatDuration(nowMs - atMs)} ago`;
}

/** `$0.0042`, `$1.37`, `$1,204`: to about three digits. */
export function formatDollars(dollars: number): string {
  const digits = dollars >= 100 ? 0 : dollars >= 1 || dollars === 0 ? 2 : dollars >= 0.01 ? 3 : 5;
  return `$${dollars.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 job`, `2 jobs`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `64 %`. */
export function formatShare(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** `12.3 kB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** The first and last digits of a hash. */
export function shortHash(hash: string): string {
  return hash.length <= 14 ? hash : `${hash.slice(0, 8)}…${hash.slice(-4)}`;
}
