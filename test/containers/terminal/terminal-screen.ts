import type { Terminal } from '../../../containers/terminal/terminal-output.ts';

const ESCAPE = '\u001B';
const SEQUENCE_OR_CHARACTER = new RegExp(`${ESCAPE}\\[[?\\d]*[a-zA-Z]|([^])`, 'g');

/** Interprets the few control sequences that are sent to it as a terminal does, and holds the visible text. */
export class TerminalScreen implements Terminal {
  columns: number;
  readonly rows = 24;
  isCursorShown = true;
  #lines: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    this.columns = columns;
  }

  /** Everything written so far, scrolled or not, without the empty lines at the end. */
  get text(): string {
    return this.#lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd();
  }

  write(text: string): void {
    for (const [sequence, character] of text.matchAll(SEQUENCE_OR_CHARACTER)) {
      if (character === undefined) this.#control(sequence.slice(2));
      else this.#put(character);
    }
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#nextLine();
    else {
      if (this.#column === this.columns) this.#nextLine();
      const line = (this.#lines[this.#row] ?? '').padEnd(this.#column);
      this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
      this.#column += 1;
    }
  }

  #nextLine(): void {
    this.#row += 1;
    this.#column = 0;
    this.#lines[this.#row] ??= '';
  }

  #control(sequence: string): void {
    if (sequence === '?25l') this.isCursorShown = false;
    else if (sequence === '?25h') this.isCursorShown = true;
    else if (sequence === 'K') this.#lines[this.#row] = (this.#lines[this.#row] ?? '').slice(0, this.#column);
    else if (sequence === 'J') {
      this.#lines[this.#row] = (this.#lines[this.#row] ?? '').slice(0, this.#column);
      this.#lines.length = this.#row + 1;
    } else if (/^\d+A$/.test(sequence)) this.#row = Math.max(0, this.#row - Number.parseInt(sequence, 10));
    else if (!sequence.endsWith('m')) throw new Error(`unknown control sequence: ${sequence}`);
  }
}
