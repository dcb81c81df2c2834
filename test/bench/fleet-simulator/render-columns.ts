/** A table that is printed line by line, as it comes: no cell is cut. */
export interface Columns {
  /** The first so many hold text, the rest numbers, which stand to the right. */
  readonly textColumns: number;
  readonly widths: readonly number[];
}

export function renderColumns({ textColumns, widths }: Columns, cells: readonly string[]): string {
  return cells
    .map((cell, column) => (column < textColumns ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
    .join('  ')
    .trimEnd();
}
