import type { ComponentChildren, JSX } from 'preact';

import type { Polled } from '../data/polled.ts';

/** Shows what was polled, or why there is nothing to show. What is old stays; the head of the page says that it is. */
export function Resource<Value>({
  polled: { value, failure },
  what,
  children,
}: {
  readonly polled: Polled<Value>;
  /** What is being read, for the time until it comes. */
  readonly what: string;
  readonly children: (value: Value) => ComponentChildren;
}): JSX.Element {
  if (value !== undefined) return <>{children(value)}</>;
  if (failure === undefined) return <p class="muted">Reading {what}…</p>;
  return (
    <p class="verdict bad" role="alert">
      {failure.message}
    </p>
  );
}
