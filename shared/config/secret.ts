import { inspect } from 'node:util';

/** A value that prints as `[Redacted]`, or as a label that names it without giving it away, however it is printed. */
export class Secret<T> {
  readonly #value: T;
  readonly #label: string;

  /** @param label what may be seen of it, such as a URL without its key */
  constructor(value: T, label = '[Redacted]') {
    this.#value = value;
    this.#label = label;
  }

  /** The value itself: for the one call that needs it, never for a field of a log line. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return this.#label;
  }

  toJSON(): string {
    return this.#label;
  }

  [inspect.custom](): string {
    return this.#label;
  }
}
