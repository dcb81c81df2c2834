export interface OncePerContainer<T> {
  get(): Promise<T>;
  /** Has it built anew for the next invocation. */
  forget(): void;
}

/**
 * What a function builds at the first invocation in a container and keeps for those that follow there. When it could not
 * be built, the next invocation tries again.
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
