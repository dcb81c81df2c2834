import { type Line, redactLine, textOf } from './line.ts';
import type { Output } from './output.ts';

/** What a run reports to programs, one event after the other. */
export type RunEvent =
  /** Something has happened. */
  | { readonly kind: 'message'; readonly text: string }
  /** Lines that belong together, such as the report at the end. */
  | { readonly kind: 'report'; readonly lines: readonly string[] }
  /** What the run is doing, when that has changed. */
  | { readonly kind: 'state'; readonly lines: readonly string[] };

/** The shortest time between two states. */
const STATE_EVERY_MS = 5_000;

/** Events for programs. */
export class JsonLinesOutput implements Output {
  readonly #write: (event: RunEvent) => void;
  readonly #nowMs: () => number;
  #state = '';
  #stateAtMs = -Infinity;

  constructor(write: (event: RunEvent) => void, nowMs: () => number) {
    this.#write = write;
    this.#nowMs = nowMs;
  }

  say(line: string | Line): void {
    this.#write({ kind: 'message', text: textOf(redactLine(line)) });
  }

  print(lines: readonly (string | Line)[]): void {
    this.#write({ kind: 'report', lines: lines.map((line) => textOf(redactLine(line))) });
  }

  show(): void {
    // Programs redraw nothing.
  }

  summarise(lines: readonly string[]): void {
    const state = lines.join('\n');
    if (state === this.#state || this.#nowMs() < this.#stateAtMs + STATE_EVERY_MS) return;
    this.#state = state;
    this.#stateAtMs = this.#nowMs();
    this.#write({ kind: 'state', lines });
  }

  freeze(): void {
    // Every event stays anyway.
  }
}
