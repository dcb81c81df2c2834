import { z } from 'zod';

import { getItem, parseItem } from './dynamo-item.ts';
import type { DynamoTable, ItemKey } from './dynamo-table.ts';
import { putVersion } from './dynamo-versioned-put.ts';

/** A note as it was read. */
export interface Note<T> {
  /** `undefined` when there is none yet, or when another version of the program wrote something else. */
  readonly value: T | undefined;
  /** For {@link DynamoNotes.replace}. */
  readonly version: number | undefined;
}

const NoteItem = z.strictObject({ note: z.unknown(), version: z.number().int().positive() });

/**
 * What a program that keeps nothing between two runs remembers from one to the next: one item in the ledger's table. It is
 * of use and never needed: who finds none begins anew.
 */
export class DynamoNotes<Schema extends z.ZodType> {
  readonly #table: DynamoTable;
  readonly #key: ItemKey;
  readonly #schema: Schema;

  /** @param program whose note it is */
  constructor(table: DynamoTable, program: string, schema: Schema) {
    this.#table = table;
    this.#key = { pk: 'NOTES', sk: program };
    this.#schema = schema;
  }

  async find(): Promise<Note<z.infer<Schema>>> {
    const item = await getItem(this.#table, this.#key);
    if (item === undefined) return { value: undefined, version: undefined };
    const { note, version } = parseItem(NoteItem, this.#table, item);
    return { value: this.#schema.safeParse(note).data, version };
  }

  /** Replaces the note if it still has `version`, and answers whether it did: somebody else may have been first. */
  async replace(value: z.infer<Schema>, version: number | undefined): Promise<boolean> {
    const item = { ...this.#key, note: this.#schema.parse(value), version: (version ?? 0) + 1 };
    return await putVersion(this.#table, { item, replaces: version });
  }
}
