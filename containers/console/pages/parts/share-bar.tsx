import type { JSX } from 'preact';

import { formatShare } from '../text/format.ts';

/** A share from 0 to 1, as a number and a bar. */
export function ShareBar({ share, what }: { readonly share: number; readonly what: string }): JSX.Element {
  const words = formatShare(share);
  return (
    <div class="share">
      <div class="bar" role="img" aria-label={`${what}: ${words}`}>
        <span class="proven" style={{ width: `${100 * share}%` }} />
      </div>
      <span>{words}</span>
    </div>
  );
}
