interface Kept {
  readonly value: Promise<unknown>;
  /** Infinite while it is being read. */
  goodUntilMs: number;
}

/**
 * Shares what was read among all callers: those who come during a read wait for its result, which is then good for a while. It
 * reads nothing by itself.
 */
export class ReadCache {
  readonly #steadyMs: () => number;
  readonly #kept = new Map<string, Kept>();

  /** @param steadyMs a clock that only goes forward, in milliseconds */
  constructor(steadyMs: () => number) {
    this.#steadyMs = steadyMs;
  }

  /** @param goodForMs how long the value is good from the moment that it was asked for, in milliseconds */
  read<Value>(key: string, goodForMs: (value: Value) => number, read: () => Promise<Value>): Promise<Value> {
    const nowMs = this.#steadyMs();
    this.#forgetAt(nowMs);
    const known = this.#kept.get(key);
    if (known !== undefined) return known.value as Promise<Value>;
    const value = read();
    const kept: Kept = { value, goodUntilMs: Infinity };
    this.#kept.set(key, kept);
    value.then(
      (result) => (kept.goodUntilMs = nowMs + goodForMs(result)),
      // The next caller tries again.
      () => this.#kept.delete(key),
    );
    return value;
  }

  /** Whether it is good, or is being read. */
  has(key: string): boolean {
    this.#forgetAt(this.#steadyMs());
    return this.#kept.has(key);
  }

  #forgetAt(nowMs: number): void {
    for (const [key, { goodUntilMs }] of this.#kept) if (goodUntilMs <= nowMs) this.#kept.delete(key);
  }
}
