import type { ComponentChildren, JSX } from 'preact';

import { navigate } from '../data/route.ts';

/** A link to another page of the console. */
export function Link({
  to,
  isCurrent = false,
  children,
}: {
  readonly to: string;
  readonly isCurrent?: boolean;
  readonly children: ComponentChildren;
}): JSX.Element {
  const follow = (event: MouseEvent): void => {
    // The browser opens new tabs and windows itself.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={to} onClick={follow} aria-current={isCurrent ? 'page' : undefined}>
      {children}
    </a>
  );
}
