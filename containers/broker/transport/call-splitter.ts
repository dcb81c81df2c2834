/** A call of a request's body. */
export interface SplitCall {
  readonly json: Buffer;
  /** Whether the body is a list of calls. */
  readonly isInList: boolean;
  /** Whether the body has no other. */
  readonly isAlone: boolean;
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const SPACES = [0x20, 0x09, 0x0a, 0x0d];

/**
 * Cuts a body into its calls while it is read, so that one of many payloads is never in memory as a whole. It follows strings
 * and brackets only: whether a call is JSON shows when it is parsed.
 */
export class CallSplitter {
  /** The parts so far of the call that has not ended. */
  #parts: Buffer[] = [];
  #place: 'before' | 'in-list' | 'in-single' | 'after' = 'before';
  #calls = 0;
  /** Open brackets within the call. */
  #depth = 0;
  #isInString = false;
  /** Whether the string's next byte stands for itself, after a backslash. */
  #isEscaped = false;

  /** Returns the calls that end in this part of the body. @throws {SyntaxError} */
  push(part: Buffer): readonly SplitCall[] {
    const start = this.#place === 'before' ? this.#begin(part) : 0;
    if (this.#place === 'in-list') return this.#split(part, start);
    if (this.#place === 'in-single') this.#parts.push(part);
    else assertBlank(part.subarray(start));
    return [];
  }

  /** Returns the call of a body that is not a list. @throws {SyntaxError} when the body is not whole */
  end(): readonly SplitCall[] {
    if (this.#place === 'in-single') return [{ json: this.#take(), isInList: false, isAlone: true }];
    if (this.#place !== 'after') throw new SyntaxError('the body ends too early');
    return [];
  }

  /** Returns where in the part the list's first call begins. */
  #begin(part: Buffer): number {
    const first = part.findIndex((byte) => !SPACES.includes(byte));
    if (first === -1) return part.length;
    this.#place = part[first] === OPEN_LIST ? 'in-list' : 'in-single';
    return first + 1;
  }

  #split(part: Buffer, from: number): readonly SplitCall[] {
    const calls: SplitCall[] = [];
    let start = from;
    let at = from;
    while (at < part.length) {
      if (this.#isInString) {
        at = this.#afterString(part, at);
        continue;
      }
      const byte = part[at++];
      if (byte === QUOTE) this.#isInString = true;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.#depth += 1;
      else if (this.#depth > 0) this.#depth -= byte === CLOSE_LIST || byte === CLOSE_OBJECT ? 1 : 0;
      else if (byte === COMMA || byte === CLOSE_LIST) {
        const isLast = byte === CLOSE_LIST;
        const json = this.#take(part.subarray(start, at - 1));
        start = at;
        if (!(isLast && this.#calls === 0 && isBlank(json))) {
          calls.push({ json, isInList: true, isAlone: isLast && this.#calls === 0 });
          this.#calls += 1;
        }
        if (isLast) {
          this.#place = 'after';
          assertBlank(part.subarray(at));
          return calls;
        }
      }
    }
    this.#parts.push(part.subarray(start));
    return calls;
  }

  /** Returns where the string that is open ends in the part, behind its quote; the part's length when it does not. */
  #afterString(part: Buffer, from: number): number {
    let at = from;
    if (this.#isEscaped) {
      this.#isEscaped = false;
      at += 1;
    }
    while (at < part.length) {
      const quote = part.indexOf(QUOTE, at);
      const end = quote === -1 ? part.length : quote;
      let backslashes = 0;
      while (end - backslashes > at && part[end - backslashes - 1] === BACKSLASH) backslashes += 1;
      const isEscaped = backslashes % 2 === 1;
      if (quote === -1) {
        this.#isEscaped = isEscaped;
        return end;
      }
      if (!isEscaped) {
        this.#isInString = false;
        return quote + 1;
      }
      at = quote + 1;
    }
    return at;
  }

  /** The call that ends with this part. */
  #take(last?: Buffer): Buffer {
    const parts = last === undefined ? this.#parts : [...this.#parts, last];
    this.#parts = [];
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => SPACES.includes(byte));
}

function assertBlank(bytes: Buffer): void {
  if (!isBlank(bytes)) throw new SyntaxError('the body goes on after its end');
}
