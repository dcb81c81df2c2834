import { z } from 'zod';

import { UnreadableRecordError } from '../../ledger/errors.ts';
import { errorText } from '../../telemetry/error-text.ts';
import type { UnreadableRecords } from '../unreadable-records.ts';
import type { SqliteRow } from './sqlite-database.ts';

/** Reads the record of a row. @throws {UnreadableRecordError} */
export function parseRecord<Schema extends z.ZodType>(row: SqliteRow, schema: Schema, name: string): z.infer<Schema> {
  let what: string;
  let cause: unknown;
  try {
    const parsed = schema.safeParse(JSON.parse(String(row['record'])));
    if (parsed.success) return parsed.data;
    what = z.prettifyError(parsed.error).replaceAll('\n', ' ');
    cause = parsed.error;
  } catch (error) {
    what = errorText(error);
    cause = error;
  }
  throw new UnreadableRecordError(
    `the record of ${name} cannot be read: ${what}. Run the version of coppice that wrote it`,
    { cause },
  );
}

export interface ReadRecordsOptions {
  /** What each is the record of, such as `epoch`; its `id` follows, if the row has one. */
  readonly what: string;
  /** @default all */
  readonly limit?: number;
  readonly unreadable: UnreadableRecords;
}

/** Reads the records of rows, in their order. Those that this version cannot read are left out. */
export function readRecords<Schema extends z.ZodType>(
  rows: readonly SqliteRow[],
  schema: Schema,
  { what, limit = Infinity, unreadable }: ReadRecordsOptions,
): z.infer<Schema>[] {
  const records: z.infer<Schema>[] = [];
  for (const row of rows) {
    if (records.length >= limit) break;
    const name = [what, row['id']].filter(Boolean).join(' ');
    try {
      records.push(parseRecord(row, schema, name));
    } catch (error) {
      unreadable.leaveOut(name, error);
    }
  }
  return records;
}
