import type { ComponentChildren, JSX } from 'preact';

export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
  /** Left out on a narrow screen. */
  readonly isWide?: boolean;
}

export interface Row {
  readonly key: string | number;
  /** As many as there are columns; the first names the row. */
  readonly cells: readonly ComponentChildren[];
  readonly isSelected?: boolean;
}

/** A table that scrolls sideways by itself where it is wider than the page. */
export function Table({
  caption,
  columns,
  rows,
}: {
  /** What the table lists, for screen readers as well. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}): JSX.Element {
  return (
    // A keyboard scrolls only what it can focus.
    <div class="scroll" role="group" aria-label={caption} tabIndex={0}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" class={classOf(column)}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells, isSelected = false }) => (
            <tr key={key} class={isSelected ? 'selected' : undefined}>
              {cells.map((cell, index) => {
                const column = columns[index] ?? { title: '' };
                return index === 0 ? (
                  <th key={column.title} scope="row" class={classOf(column)}>
                    {cell}
                  </th>
                ) : (
                  <td key={column.title} class={classOf(column)}>
                    {cell}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function classOf({ isNumber = false, isWide = false }: Column): string | undefined {
  const names = [...(isNumber ? ['number'] : []), ...(isWide ? ['wide'] : [])];
  return names.length === 0 ? undefined : names.join(' ');
}
