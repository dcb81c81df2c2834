import type { JSX } from 'preact';

import type { LevelCounts } from '../../api/epoch.ts';
import { formatCount } from '../text/format.ts';

/** Jobs by state, as a bar and in words for screen readers. */
export function ProgressBar({
  counts: { expected, done, running, waiting, rejected },
}: {
  readonly counts: Pick<LevelCounts, 'expected' | 'done' | 'running' | 'waiting' | 'rejected'>;
}): JSX.Element {
  const all = Math.max(1, expected, done + running + waiting + rejected);
  const width = (count: number): { readonly width: string } => ({ width: `${(100 * count) / all}%` });
  const words = `${formatCount(done)} of ${formatCount(expected)} proven, ${formatCount(running)} running, ${formatCount(waiting)} waiting, ${formatCount(rejected)} rejected`;
  return (
    <div class="bar" role="img" aria-label={words} title={words}>
      <span class="proven" style={width(done)} />
      <span class="running" style={width(running)} />
      <span class="rejected" style={width(rejected)} />
      <span class="waiting" style={width(waiting)} />
    </div>
  );
}
