import type { Line } from './line.ts';

/** Where a devnet tells people how it goes. */
export interface Output {
  /** Something that has happened, with the time since the start: a line that stays. */
  say(line: string | Line): void;
  /** Lines that stay, as they are. */
  print(lines: readonly (string | Line)[]): void;
  /**
   * What is going on at this moment, drawn over what was shown before where that is possible, and left out where it is not.
   * @param render called with the room there is
   */
  show(render: (frame: { readonly columns: number; readonly rows: number }) => readonly Line[]): void;
  /** What is going on, for where nothing can be drawn over: said now and then, when it has changed. */
  summarise(lines: readonly string[]): void;
  /** Leaves what is shown where it is: from now on it stays. */
  freeze(): void;
}

/** `  1:05 `, in front of what has happened. */
export function formatStamp(sinceStartMs: number): string {
  const seconds = Math.floor(sinceStartMs / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} `.padStart(7);
}
