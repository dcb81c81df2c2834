import type { JSX } from 'preact';

import { formatTime } from '../../../terminal/format-time.ts';
import { formatClock } from '../text/format.ts';

/** A moment: short, and in full on hover and for programs. */
export function Time({ atMs, nowMs }: { readonly atMs: number; readonly nowMs: number }): JSX.Element {
  return (
    <time dateTime={new Date(atMs).toISOString()} title={formatTime(atMs)} class="nowrap">
      {formatClock(atMs, nowMs)}
    </time>
  );
}
