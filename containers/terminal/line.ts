import { styleText } from 'node:util';

import { redactUrls } from '../../shared/telemetry/redact-urls.ts';

/** The emphasis of a piece of text, as a colour or weight. */
export type Tone = 'strong' | 'dim' | 'good' | 'busy' | 'bad';

export interface TonedText {
  readonly text: string;
  readonly tone: Tone;
}

/** One line for people, without its line break. */
export type Line = readonly (string | TonedText)[];

const STYLE_OF_TONE = {
  strong: 'bold',
  dim: 'dim',
  good: 'green',
  busy: 'yellow',
  bad: 'red',
} as const satisfies Record<Tone, Parameters<typeof styleText>[0]>;

export function toned(tone: Tone, text: string): TonedText {
  return { text, tone };
}

/** The line's text without tones. */
export function textOf(line: Line): string {
  return line.map((part) => (typeof part === 'string' ? part : part.text)).join('');
}

/** The line with each part's text changed. */
export function mapText(line: Line, change: (text: string) => string): Line {
  return line.map((part) => (typeof part === 'string' ? change(part) : { ...part, text: change(part.text) }));
}

/** The line without the keys of URLs: reasons may quote any. */
export function redactLine(line: string | Line): Line {
  return mapText(typeof line === 'string' ? [line] : line, redactUrls);
}

/** Cuts a line that is longer than `columns`, and ends it with `…`. Assumes one column per character. */
export function fitLine(line: Line, columns: number): Line {
  if (textOf(line).length <= columns) return line;
  const fitted: (string | TonedText)[] = [];
  let left = Math.max(0, columns - 1);
  for (const part of line) {
    const text = (typeof part === 'string' ? part : part.text).slice(0, left);
    left -= text.length;
    if (text !== '') fitted.push(typeof part === 'string' ? text : { ...part, text });
  }
  return columns > 0 ? [...fitted, '…'] : [];
}

/** The line as a terminal gets it. */
export function paintLine(line: Line): string {
  return line
    .map((part) =>
      typeof part === 'string' ? part : styleText(STYLE_OF_TONE[part.tone], part.text, { validateStream: false }),
    )
    .join('');
}
