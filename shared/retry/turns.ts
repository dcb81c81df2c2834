/** Runs pieces of work, at most so many at a time; the others wait, in the order in which they came. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** @param atOnce how many run at a time, at least 1; may be `Infinity` */
  constructor(atOnce: number) {
    if (!(atOnce >= 1)) throw new RangeError(`${atOnce} at a time: nothing would ever run; allow at least 1`);
    this.#free = atOnce;
  }

  /**
   * Returns what `work` returns. Work that takes a further turn of the same kind while it has one may wait forever.
   * @throws what `work` throws
   */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free -= 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
