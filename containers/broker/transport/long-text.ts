import { randomUUID } from 'node:crypto';

/** Stands for a long text until its place in the JSON is known. No text of a client can contain it. */
const MARK = randomUUID();

/** A long text in a result: ASCII without quotes and backslashes, in parts that are made while they are sent. */
export class LongText {
  readonly #parts: Iterable<Uint8Array>;

  /** @param parts taken each time that the text is sent */
  constructor(parts: Iterable<Uint8Array>) {
    this.#parts = parts;
  }

  [Symbol.iterator](): Iterator<Uint8Array> {
    return this.#parts[Symbol.iterator]();
  }
}

/** The JSON of a value, in parts that are made when they are taken if there are long texts in it. */
export function toJson(value: unknown): Buffer | Iterable<Uint8Array> {
  const texts: LongText[] = [];
  const json = JSON.stringify(value, (_key, item: unknown) => {
    if (!(item instanceof LongText)) return item;
    texts.push(item);
    return MARK;
  });
  return texts.length === 0 ? Buffer.from(json) : joined(json.split(MARK), texts);
}

function* joined(pieces: readonly string[], texts: readonly LongText[]): Generator<Uint8Array> {
  for (const [index, piece] of pieces.entries()) {
    yield Buffer.from(piece);
    yield* texts[index] ?? [];
  }
}
