export interface OncePerContainer<T> {
  get(): Promise<T>;
  /** The next invocation builds it again. */
  forget(): void;
}

/**
 * Builds a value at the first invocation in a container and keeps it for later ones. When building fails, the next
 * invocation tries again.
 */
export function oncePerContainer<T>(build: () => Promise<T>): OncePerContainer<T> {
  let built: Promise<T> | undefined;
  const forget = (): void => void (built = undefined);
  return {
    forget,
    get: async () => {
      built ??= build();
      try {
        return await built;
      } catch (error) {
        forget();
        throw error;
      }
    },
  };
}
