const FIRST_SECONDS = 15;
const LONGEST_SECONDS = 240;
const MESSAGES_PER_STEP = 100;
const WINDOW_MS = 60_000;

/**
 * The ticks at which messages of another version reappear. They come sooner while they are few; an upgrade in the middle of
 * an epoch leaves tens of thousands, among which agents of the new version would find little else, so each hundred within a
 * minute doubles the time.
 */
export class ForeignVersionTicks {
  readonly #nowMs: () => number;
  #sinceMs = -Infinity;
  #messages = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The interval of the ticks for the message that was just received, in seconds. */
  nextSeconds(): number {
    const nowMs = this.#nowMs();
    if (nowMs - this.#sinceMs >= WINDOW_MS) {
      this.#sinceMs = nowMs;
      this.#messages = 0;
    }
    const seconds = FIRST_SECONDS * 2 ** Math.floor(this.#messages / MESSAGES_PER_STEP);
    this.#messages += 1;
    return Math.min(seconds, LONGEST_SECONDS);
  }
}
