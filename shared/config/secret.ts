import { inspect } from 'node:util';

/** A value that always prints as `[Redacted]`, or as a label that does not reveal it. */
export class Secret<T> {
  readonly #value: T;
  readonly #label: string;

  /** @param label the part that may be shown, such as a URL without its key */
  constructor(value: T, label = '[Redacted]') {
    this.#value = value;
    this.#label = label;
  }

  /** Returns the value, for the one call that needs it; never for a field of a log line. */
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
