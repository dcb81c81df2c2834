import { useEffect, useState } from 'preact/hooks';

import { type JobStanding, STANDINGS } from '../text/standing.ts';

/** The colours of the style sheet, for what is drawn on a canvas. */
export interface Palette extends Readonly<Record<JobStanding, string>> {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly accent: string;
}

const NAMES: readonly (keyof Palette)[] = [...STANDINGS, 'text', 'muted', 'line', 'accent'];

/** From the leaves to the root: apart from each other, and visible on both grounds. */
const LEVELS = ['#6a5acd', '#3f78c4', '#2a93b0', '#229c86', '#4f9f4a', '#8f9a2b', '#c08a1e', '#d0662f', '#c24a5c'];

export function colourOfLevel(level: number, levelCount: number): string {
  const place = levelCount <= 1 ? 0 : Math.round((level / (levelCount - 1)) * (LEVELS.length - 1));
  return LEVELS[place] ?? '#808080';
}

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(
    NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  ) as unknown as Palette;
}

/** Follows the system from light to dark and back. */
export function usePalette(): Palette {
  const [palette, setPalette] = useState(readPalette);
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const changed = (): void => setPalette(readPalette());
    dark.addEventListener('change', changed);
    return () => dark.removeEventListener('change', changed);
  }, []);
  return palette;
}
