import { type Line, toned } from '../../terminal/line.ts';
import { outputColumns } from '../../terminal/print.ts';

/** More rows than these scroll away in a terminal. */
const ROWS_IN_TERMINAL = 100;

/**
 * The most entries of a list to print: no limit in a pipe, or for programs.
 * @param limit what `--limit` says
 */
export function listLimit(limit: number | undefined, switches: ReadonlySet<string>): number {
  const isForTerminal = outputColumns() !== Infinity && !switches.has('json');
  return limit ?? (isForTerminal ? ROWS_IN_TERMINAL : Infinity);
}

/** What follows a list that was cut. */
export function restLines(all: number, limit: number): Line[] {
  return all <= limit ? [] : [[toned('dim', `and ${all - limit} more: --limit ${all} shows all`)]];
}
