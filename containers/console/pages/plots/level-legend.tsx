import type { JSX } from 'preact';

import { colourOfLevel } from './palette.ts';

/** The colours of the levels in a timeline. */
export function LevelLegend({ levels }: { readonly levels: readonly string[] }): JSX.Element {
  return (
    <ul class="legend" aria-label="Colours">
      {levels.map((name, level) => (
        <li key={name}>
          <span class="swatch" style={{ background: colourOfLevel(level, levels.length) }} />
          {name}
        </li>
      ))}
      <li>
        <span class="state running">running</span>
      </li>
    </ul>
  );
}
