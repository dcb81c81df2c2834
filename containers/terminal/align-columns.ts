import { fitLine, type Line, toned } from './line.ts';

/** How a table fits its output. */
export interface TableFit {
  /** Its largest width. @default any */
  readonly columns?: number;
  /** Indexes of columns that are left out, in this order, where not all of them fit. @default none */
  readonly spare?: readonly number[];
}

const GAP = '  ';
/** No column is cut to less than this. */
const NARROWEST = 6;

/**
 * Rows of cells as lines, each column as wide as its widest cell. A column that is empty in every row is left out. Where the
 * table is too wide, spare columns are left out first, then the cells of the widest columns are cut, and end with `…`.
 */
export function alignColumns(rows: readonly Line[], { columns = Infinity, spare = [] }: TableFit = {}): Line[] {
  const columnCount = Math.max(0, ...rows.map((row) => row.length));
  const natural = Array.from({ length: columnCount }, (_, column) =>
    Math.max(...rows.map((row) => cellText(row[column]).length)),
  );
  const widths = fitWidths(natural, columns, spare);
  return rows.map((row) => {
    const cells = row.flatMap((cell, column) => {
      const width = widths[column] ?? 0;
      if (width === 0) return [];
      return [...fitLine([cell], width), ' '.repeat(Math.max(0, width - cellText(cell).length)) + GAP];
    });
    return fitLine(trimEnd(cells), columns);
  });
}

/** The same, with a title over each column that has something in it. */
export function alignTable(titles: readonly string[], rows: readonly Line[], fit: TableFit): Line[] {
  const isUsed = (column: number): boolean => rows.some((row) => cellText(row[column]) !== '');
  return alignColumns([titles.map((title, column) => (isUsed(column) ? toned('dim', title) : '')), ...rows], fit);
}

function fitWidths(natural: readonly number[], columns: number, spare: readonly number[]): readonly number[] {
  const widths = [...natural];
  for (const column of spare) {
    if (totalWidth(widths) <= columns) break;
    widths[column] = 0;
  }
  for (;;) {
    const tooWide = totalWidth(widths) - columns;
    const widest = Math.max(...widths);
    if (tooWide <= 0 || widest <= NARROWEST) return widths;
    const next = Math.max(NARROWEST, ...widths.filter((width) => width < widest));
    const share = Math.ceil(tooWide / widths.filter((width) => width === widest).length);
    widths[widths.lastIndexOf(widest)] = Math.max(next, widest - share);
  }
}

function totalWidth(widths: readonly number[]): number {
  const shown = widths.filter((width) => width > 0);
  return shown.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, shown.length - 1);
}

function cellText(cell: Line[number] | undefined): string {
  return typeof cell === 'object' ? cell.text : (cell ?? '');
}

/** Lines have no blanks at their end. */
function trimEnd(line: Line): Line {
  const last = line.findLastIndex((part) => cellText(part).trim() !== '');
  return line.slice(0, last + 1);
}
