import { type Output, formatStamp } from './output.ts';
import { fitLine, type Line, paintLine, redactLine, textOf, toned } from './line.ts';

/** The part of a terminal's stream that is used here. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  write(text: string): unknown;
}

export interface TerminalOutputOptions {
  readonly color: boolean;
  readonly nowMs: () => number;
}

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
const CLEAR_TO_LINE_END = '\u001B[K';
const CLEAR_BELOW = '\u001B[J';

/**
 * Lines that stay scroll up; below them one block is redrawn again and again. After each drawing the terminal is in order,
 * with the cursor below the block, so that nothing needs to be cleaned up however the process ends.
 */
export class TerminalOutput implements Output {
  readonly #terminal: Terminal;
  readonly #paint: (line: Line) => string;
  readonly #nowMs: () => number;
  readonly #startedAtMs: number;
  #block: readonly Line[] = [];

  constructor(terminal: Terminal, { color, nowMs }: TerminalOutputOptions) {
    this.#terminal = terminal;
    this.#paint = color ? paintLine : textOf;
    this.#nowMs = nowMs;
    this.#startedAtMs = nowMs();
  }

  say(line: string | Line): void {
    const stamp = toned('dim', formatStamp(this.#nowMs() - this.#startedAtMs));
    this.print([[stamp, ...(typeof line === 'string' ? [line] : line)]]);
  }

  print(lines: readonly (string | Line)[]): void {
    // Not cut to the terminal's width: they stay, and people may copy them.
    const above = lines.map((line) => this.#toText(redactLine(line)));
    this.#draw(above.join(''), this.#block);
  }

  show(render: Parameters<Output['show']>[0]): void {
    // Some terminals wrap when the last column is filled, and scroll when the last row is.
    const frame = { columns: this.#terminal.columns - 1, rows: this.#terminal.rows - 1 };
    this.#draw(
      '',
      render(frame).map((line) => fitLine(redactLine(line), frame.columns)),
    );
  }

  summarise(): void {
    // The block shows it already.
  }

  freeze(): void {
    this.#block = [];
  }

  /** A single write, so that no half-drawn state is visible. */
  #draw(above: string, block: readonly Line[]): void {
    const lines = block.map((line) => this.#toText(line)).join('');
    this.#terminal.write(`${HIDE_CURSOR}${this.#toBlockStart()}${above}${lines}${CLEAR_BELOW}${SHOW_CURSOR}`);
    this.#block = block;
  }

  #toText(line: Line): string {
    return `${this.#paint(line)}${CLEAR_TO_LINE_END}\n`;
  }

  #toBlockStart(): string {
    // A terminal that became narrower has wrapped the block.
    const columns = Math.max(1, this.#terminal.columns);
    const rows = this.#block.reduce((sum, line) => sum + Math.max(1, Math.ceil(textOf(line).length / columns)), 0);
    return rows === 0 ? '\r' : `\u001B[${rows}A\r`;
  }
}
