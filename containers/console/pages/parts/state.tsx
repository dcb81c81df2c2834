import type { JSX } from 'preact';

import { type JobStanding, wordOf } from '../text/standing.ts';

/** A coloured square and the word, so that nothing depends on the colour. */
export function State({ standing }: { readonly standing: JobStanding }): JSX.Element {
  return <span class={`state ${standing}`}>{wordOf(standing)}</span>;
}
