import { type Output, formatStamp } from './output.ts';
import { type Line, redactLine, textOf } from './line.ts';

/** The shortest time between two summaries. */
const SUMMARY_EVERY_MS = 5_000;

/** Plain lines, for a pipe or a file. */
export class PlainOutput implements Output {
  readonly #write: (text: string) => void;
  readonly #nowMs: () => number;
  readonly #startedAtMs: number;
  #summarisedAtMs = -Infinity;
  #summary = '';

  constructor(write: (text: string) => void, nowMs: () => number) {
    this.#write = write;
    this.#nowMs = nowMs;
    this.#startedAtMs = nowMs();
  }

  say(line: string | Line): void {
    this.print([`${formatStamp(this.#nowMs() - this.#startedAtMs)}${typeof line === 'string' ? line : textOf(line)}`]);
  }

  print(lines: readonly (string | Line)[]): void {
    for (const line of lines) this.#write(`${textOf(redactLine(line))}\n`);
  }

  show(): void {
    // Nothing can be redrawn in a pipe.
  }

  summarise(lines: readonly string[]): void {
    const summary = lines.join('\n');
    if (summary === this.#summary || this.#nowMs() < this.#summarisedAtMs + SUMMARY_EVERY_MS) return;
    this.#summary = summary;
    this.#summarisedAtMs = this.#nowMs();
    for (const line of lines) this.say(line);
  }

  freeze(): void {
    // Every line stays anyway.
  }
}
