/** As after a wrong boot time, or when a machine is resumed. */
export const JUMP_SECONDS = 900;

/** How far a clock is off: it is set in turn to `seconds` ahead and to `seconds` behind. */
export function jumpingClock(seconds: number): { readonly ms: number; next(): void } {
  let ms = 0;
  return {
    get ms() {
      return ms;
    },
    next: () => void (ms = ms > 0 ? -seconds * 1000 : seconds * 1000),
  };
}
