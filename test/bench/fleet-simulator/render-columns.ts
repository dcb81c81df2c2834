/** The last column of text that stands left; numbers stand right. */
const isText = (cell: string): boolean => !/^-?[\d$]/.test(cell);

/** One line of a table that is printed as it comes: no cell is cut. */
export function renderColumns(widths: readonly number[], cells: readonly string[]): string {
  return cells
    .map((cell, column) => (isText(cell) && column < 3 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
    .join('  ')
    .trimEnd();
}
