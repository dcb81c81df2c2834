import type { z } from 'zod';

/** What a command prints with `--json`. Each document also has `schemaVersion`. */
export interface JsonOutput {
  /** Goes up when a field is removed or renamed, or changes its meaning. Adding a field does not change it. */
  readonly version: number;
  /** `document`: one. `lines`: one a line, as things happen. @default document */
  readonly form?: 'document' | 'lines';
  /** One line for the help. */
  readonly description: string;
  /** Of a document as it is printed, without `schemaVersion`; see {@link printed}. */
  readonly schema: z.ZodType;
}

/** The document as it is printed: with its version, times in ISO 8601 and without what is `undefined`. */
export function toDocument({ version }: JsonOutput, value: object): object {
  return { schemaVersion: version, ...(withIsoTimes(value) as object) };
}

/** Names of fields that hold a moment, in milliseconds since 1970: `atMs`, `closedAtMs`, `sinceMs`, `submitterUntilMs`. */
const MOMENT = /(?:^at|At|[sS]ince|Until)Ms$/;

/** Whether a field holds a moment; every other `…Ms` is a duration. */
export function isMoment(field: string): boolean {
  return MOMENT.test(field);
}

/** `closedAtMs` as it is printed: `closedAt`. */
export function printedName(field: string): string {
  return isMoment(field) ? field.slice(0, -'Ms'.length) : field;
}

function withIsoTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withIsoTimes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, part]) => [
      printedName(field),
      isMoment(field) && Number.isFinite(part) ? new Date(part as number).toISOString() : withIsoTimes(part),
    ]),
  );
}
