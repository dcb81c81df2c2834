/** Lets several callers wait for the same change. */
export class Wakers {
  readonly #wakers = new Set<() => void>();

  /** How many wait. */
  get size(): number {
    return this.#wakers.size;
  }

  /** Something has changed: callers that wait check again. */
  wake(): void {
    for (const wake of this.#wakers) wake();
  }

  /** Waits for the next change, or until the signal aborts. */
  async changeOr(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const wake = (): void => resolve(undefined);
    this.#wakers.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    await promise;
    this.#wakers.delete(wake);
    signal.removeEventListener('abort', wake);
  }
}
