import type { Line } from './line.ts';

/** Where a run on this machine reports its progress to people. */
export interface Output {
  /** Writes an event as a line that stays, with the time since the start. */
  say(line: string | Line): void;
  /** Writes lines that stay, as they are. */
  print(lines: readonly (string | Line)[]): void;
  /**
   * Redraws the block of the current state; does nothing where nothing can be redrawn.
   * @param render called with the available size
   */
  show(render: (frame: { readonly columns: number; readonly rows: number }) => readonly Line[]): void;
  /** Writes the current state now and then, when it has changed; does nothing where `show` redraws it. */
  summarise(lines: readonly string[]): void;
  /** Keeps the block that `show` drew as it is. */
  freeze(): void;
}

/** `  1:05 `, the time in front of an event. */
export function formatStamp(sinceStartMs: number): string {
  const seconds = Math.floor(sinceStartMs / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} `.padStart(7);
}
