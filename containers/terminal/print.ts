import { redactUrls } from '../../shared/telemetry/redact-urls.ts';
import { redactedJson } from '../../shared/telemetry/redacted-json.ts';
import { type Line, mapText, paintLine, textOf } from './line.ts';

/** Writes lines to stdout: painted for a terminal, plain for anything else or when NO_COLOR is set. */
export function printLines(lines: readonly Line[]): void {
  const isPainted = process.stdout.isTTY && !process.env['NO_COLOR'];
  const print = isPainted ? paintLine : textOf;
  process.stdout.write(lines.map((line) => `${print(mapText(line, toClean))}\n`).join(''));
}

/** Reasons and dead letters may hold anything: they must not break a line, control the terminal, or show a URL's key. */
function toClean(text: string): string {
  return redactUrls(text.replace(/\p{Cc}/gu, ' '));
}

/** The width available to lines. */
export function outputColumns(): number {
  return process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
}

/** Writes one JSON document to stdout. Its texts show no URL's key either. */
export function printJson(value: unknown): void {
  process.stdout.write(`${redactedJson(value, 2)}\n`);
}

/** Writes one of many JSON documents, on one line. */
export function printJsonLine(value: unknown): void {
  process.stdout.write(`${redactedJson(value)}\n`);
}

/** Writes notices to stderr, apart from the result on stdout. */
export function printNotices(notices: readonly string[]): void {
  for (const notice of notices) process.stderr.write(`coppice: ${redactUrls(notice)}\n`);
}
