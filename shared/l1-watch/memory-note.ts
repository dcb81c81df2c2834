import type { Note, ReadNote } from '../ledger/notes.ts';

/** A note that lasts as long as this process, for engines that keep none. */
export class MemoryNote<Value> implements Note<Value> {
  #read: ReadNote<Value> = { value: undefined, version: undefined };

  async find(): Promise<ReadNote<Value>> {
    return this.#read;
  }

  async replace(value: Value, version: number | undefined): Promise<boolean> {
    if (version !== this.#read.version) return false;
    this.#read = { value, version: (version ?? 0) + 1 };
    return true;
  }
}
