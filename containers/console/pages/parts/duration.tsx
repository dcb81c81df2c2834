import type { JSX } from 'preact';

import { formatDuration } from '../../../terminal/format-duration.ts';

/** A duration within text, on one line: numbers stay beside their units. */
export function Duration({ seconds }: { readonly seconds: number }): JSX.Element {
  return <span class="nowrap">{formatDuration(1000 * seconds)}</span>;
}
