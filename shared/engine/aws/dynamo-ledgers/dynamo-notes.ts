import { z } from 'zod';

import type { Note, Notes, ReadNote } from '../../../ledger/notes.ts';
import { getItem, parseItem } from '../dynamo/dynamo-item.ts';
import type { DynamoTable, ItemKey } from '../dynamo/dynamo-table.ts';
import { putVersion } from '../dynamo/dynamo-versioned-put.ts';

const NoteItem = z.strictObject({ note: z.unknown(), version: z.number().int().positive() });

/** {@link Notes} in the ledger's DynamoDB table: an item per program. */
export class DynamoNotes implements Notes {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  of<Value>(program: string, schema: z.ZodType<Value>): Note<Value> {
    const key: ItemKey = { pk: 'NOTES', sk: program };
    return {
      find: () => this.#find(key, schema),
      replace: (value, version) => {
        const item = { ...key, note: schema.parse(value), version: (version ?? 0) + 1 };
        return putVersion(this.#table, { item, replaces: version });
      },
    };
  }

  async #find<Value>(key: ItemKey, schema: z.ZodType<Value>): Promise<ReadNote<Value>> {
    const item = await getItem(this.#table, key);
    if (item === undefined) return { value: undefined, version: undefined };
    const { note, version } = parseItem(NoteItem, this.#table, item);
    return { value: schema.safeParse(note).data, version };
  }
}
