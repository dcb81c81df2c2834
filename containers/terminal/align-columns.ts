import type { Line } from './line.ts';

const GAP = '  ';

/** Rows of cells as lines, each column as wide as its widest cell. A column that is empty in every row is left out. */
export function alignColumns(rows: readonly Line[]): Line[] {
  const columnCount = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columnCount }, (_, column) =>
    Math.max(...rows.map((row) => cellText(row[column]).length)),
  );
  return rows.map((row) => {
    const cells = row.flatMap((cell, column) => {
      const width = widths[column] ?? 0;
      return width === 0 ? [] : [cell, ' '.repeat(width - cellText(cell).length) + GAP];
    });
    return trimEnd(cells);
  });
}

function cellText(cell: Line[number] | undefined): string {
  return typeof cell === 'object' ? cell.text : (cell ?? '');
}

/** Lines have no blanks at their end. */
function trimEnd(line: Line): Line {
  const last = line.findLastIndex((part) => cellText(part).trim() !== '');
  return line.slice(0, last + 1);
}
