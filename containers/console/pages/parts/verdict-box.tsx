import type { ComponentChildren, JSX } from 'preact';

import type { Verdict } from '../data/verdict.ts';

/** Whether somebody has to act, and what to do: the first thing on a page. */
export function VerdictBox({
  verdict: { tone, headline, detail },
  actions = [],
  children,
}: {
  readonly verdict: Verdict;
  /** What would help, the most needed first. */
  readonly actions?: readonly string[];
  readonly children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class={`verdict ${tone}`}>
      <p class="headline">{headline}</p>
      {detail !== undefined && <p>{detail}</p>}
      {actions.length > 0 && (
        <ul aria-label="What would help">
          {actions.map((action) => (
            <li key={action}>{action}</li>
          ))}
        </ul>
      )}
      {children}
    </div>
  );
}
