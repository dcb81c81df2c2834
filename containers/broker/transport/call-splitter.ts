/** A call of a request's body, as its JSON. */
export interface CallBytes {
  readonly json: Buffer;
  /** Whether it is the only one of its body. */
  readonly isAlone: boolean;
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const SPACES = [0x20, 0x09, 0x0a, 0x0d];

/**
 * Cuts a body into its calls while it is read, so that a body of many payloads is never in memory as a whole. It only follows
 * strings and brackets: whether a call is JSON shows when it is parsed.
 */
export class CallSplitter {
  /** Parts of the call that is being read. */
  #parts: Buffer[] = [];
  #place: 'before' | 'in-list' | 'in-single' | 'after' = 'before';
  #count = 0;
  /** Of brackets within the call. */
  #depth = 0;
  #isInString = false;
  /** Whether the last part ended with a backslash that escapes what comes next. */
  #isEscaped = false;

  /** The calls that end in this part of the body. */
  push(chunk: Buffer): readonly CallBytes[] {
    const calls: CallBytes[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; ) {
      if (this.#isInString) {
        at = this.#endOfString(chunk, at);
        continue;
      }
      const byte = chunk[at++] ?? 0;
      if (this.#place === 'before') {
        if (SPACES.includes(byte)) continue;
        this.#place = byte === OPEN_LIST ? 'in-list' : 'in-single';
        if (byte === OPEN_LIST) start = at;
        continue;
      }
      if (this.#place === 'after') {
        if (!SPACES.includes(byte)) throw new SyntaxError('text after the end of the list');
        start = at;
        continue;
      }
      if (this.#place === 'in-single') break;
      if (byte === QUOTE) this.#isInString = true;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.#depth += 1;
      else if (this.#depth > 0) {
        if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.#depth -= 1;
      } else if (byte === COMMA || byte === CLOSE_LIST) {
        const json = this.#take(chunk.subarray(start, at - 1));
        start = at;
        if (byte === CLOSE_LIST) this.#place = 'after';
        const isOnly = byte === CLOSE_LIST && this.#count === 0;
        if (isOnly && isBlank(json)) return calls;
        this.#count += 1;
        calls.push({ json, isAlone: isOnly });
      }
    }
    if (this.#place !== 'after') this.#parts.push(chunk.subarray(start));
    return calls;
  }
}
