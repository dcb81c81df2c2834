import type { Output } from './output.ts';
import { formatDuration } from './format-duration.ts';
import { toned } from './line.ts';

/** How often the time of the current step is redrawn. */
const REDRAW_MS = 250;

/** Reports one step after the other, each with the time it took. */
export class StepLines {
  readonly #output: Output;
  readonly #nowMs: () => number;
  #step: { readonly text: string; readonly sinceMs: number } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(output: Output, nowMs: () => number) {
    this.#output = output;
    this.#nowMs = nowMs;
  }

  /** Ends the current step and begins the next. */
  begin(text: string): void {
    this.end();
    this.#step = { text, sinceMs: this.#nowMs() };
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
  }

  /** Ends the current step, if there is one. */
  end(): void {
    const step = this.#drop();
    if (step !== undefined) this.#output.say([`${step.text}: `, toned('dim', this.#took(step))]);
  }

  /** Ends the current step as not completed. */
  fail(): void {
    const step = this.#drop();
    if (step !== undefined)
      this.#output.say([`${step.text}: `, toned('bad', `not completed after ${this.#took(step)}`)]);
  }

  #drop(): { readonly text: string; readonly sinceMs: number } | undefined {
    clearInterval(this.#timer);
    const step = this.#step;
    this.#step = undefined;
    this.#output.show(() => []);
    return step;
  }

  #draw(): void {
    const step = this.#step;
    if (step === undefined) return;
    this.#output.show(() => [[`${step.text} … `, toned('dim', this.#took(step))]]);
    this.#output.summarise([`${step.text} …`]);
  }

  #took({ sinceMs }: { readonly sinceMs: number }): string {
    return formatDuration(this.#nowMs() - sinceMs);
  }
}
