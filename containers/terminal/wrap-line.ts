import { fitLine, type Line, textOf, type TonedText } from './line.ts';

/**
 * Breaks a line between words where it is longer than `columns`. A single word that is longer is cut.
 * @param hang begins every line but the first
 */
export function wrapLine(line: Line, columns: number, hang = ''): Line[] {
  return breakLine(line, columns, hang).map((one) => fitLine(one, columns));
}

/** The same, with longer words left whole. */
export function breakLine(line: Line, columns: number, hang = ''): Line[] {
  if (textOf(line).length <= columns) return [line];
  const lines: (string | TonedText)[][] = [];
  let current: (string | TonedText)[] = [];
  let width = 0;
  for (const { text, tone } of line.flatMap(wordsOf)) {
    const breaks = width > hang.length && width + text.trimEnd().length > columns;
    const word = breaks ? text.trimStart() : text;
    if (breaks) {
      lines.push(current);
      current = [hang];
      width = hang.length;
    }
    current.push(tone === undefined ? word : { text: word, tone });
    width += word.length;
  }
  return [...lines, current].map(withoutLastBlank);
}

/** Its words, each with the blank after it. */
function wordsOf(part: Line[number]): { readonly text: string; readonly tone: TonedText['tone'] | undefined }[] {
  const { text, tone } = typeof part === 'string' ? { text: part, tone: undefined } : part;
  return text.split(/(?<=\S +)(?=\S)/).map((word) => ({ text: word, tone }));
}

function withoutLastBlank(line: readonly (string | TonedText)[]): Line {
  return line.map((part, index) => {
    if (index < line.length - 1) return part;
    return typeof part === 'string' ? part.trimEnd() : { ...part, text: part.text.trimEnd() };
  });
}
