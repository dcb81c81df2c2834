/** Numbers by time: the earliest first, and of those at the same time the smallest. */
export class TimeHeap {
  readonly #times: number[] = [];
  readonly #items: number[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The time of the first one; infinite when there is none. */
  get firstTime(): number {
    return this.#times[0] ?? Infinity;
  }

  add(time: number, item: number): void {
    let place = this.#items.length;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!this.#isBefore(time, item, above)) break;
      this.#move(above, place);
      place = above;
    }
    this.#times[place] = time;
    this.#items[place] = item;
  }

  /** Removes the first one. @returns undefined when there is none */
  removeFirst(): number | undefined {
    const first = this.#items[0];
    const [time, item] = [this.#times.pop(), this.#items.pop()];
    if (time === undefined || item === undefined || this.#items.length === 0) return first;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= this.#items.length) break;
      const right = below + 1;
      if (
        right < this.#items.length &&
        this.#isBefore(this.#times[right] as number, this.#items[right] as number, below)
      )
        below = right;
      if (this.#isBefore(time, item, below)) break;
      this.#move(below, place);
      place = below;
    }
    this.#times[place] = time;
    this.#items[place] = item;
    return first;
  }

  #isBefore(time: number, item: number, other: number): boolean {
    const otherTime = this.#times[other] as number;
    return time < otherTime || (time === otherTime && item < (this.#items[other] as number));
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from] as number;
    this.#items[to] = this.#items[from] as number;
  }
}
