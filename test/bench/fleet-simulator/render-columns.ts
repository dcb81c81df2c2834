/** A table that is printed line by line; no cell is cut. */
export interface Columns {
  /** How many columns, from the left, hold text; the rest hold numbers, aligned to the right. */
  readonly textColumns: number;
  readonly widths: readonly number[];
}

export function renderColumns({ textColumns, widths }: Columns, cells: readonly string[]): string {
  return cells
    .map((cell, column) => (column < textColumns ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
    .join('  ')
    .trimEnd();
}
