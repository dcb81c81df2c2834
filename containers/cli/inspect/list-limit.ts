import { type Line, toned } from '../../terminal/line.ts';

/** More rows than these scroll away in a terminal. */
const ROWS_IN_TERMINAL = 100;

export interface ListLimitOptions {
  /** What `--limit` says. */
  readonly limit: number | undefined;
  /** Of the output; infinite in a pipe. */
  readonly columns: number;
  readonly isJson: boolean;
}

/** The most entries of a list to print. */
export function listLimit({ limit, columns, isJson }: ListLimitOptions): number {
  return limit ?? (columns === Infinity || isJson ? Infinity : ROWS_IN_TERMINAL);
}

/** What follows a list that was cut. */
export function restLines(all: number, limit: number): Line[] {
  return all <= limit ? [] : [[toned('dim', `and ${all - limit} more: --limit ${all} shows all`)]];
}
