/** Returns the added items in order: first the one that `comesBefore` all others. */
export class BinaryHeap<T> {
  readonly #comesBefore: (left: T, right: T) => boolean;
  /** No item comes before the one above it, which is at half its index. */
  readonly #items: T[] = [];

  constructor(comesBefore: (left: T, right: T) => boolean) {
    this.#comesBefore = comesBefore;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  add(item: T): void {
    const items = this.#items;
    let place = items.length;
    items.push(item);
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!this.#comesBefore(item, items[above]!)) break;
      items[place] = items[above]!;
      place = above;
    }
    items[place] = item;
  }

  removeFirst(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const moved = items.pop();
    if (moved === undefined || items.length === 0) return first;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && this.#comesBefore(items[below + 1]!, items[below]!)) below += 1;
      if (!this.#comesBefore(items[below]!, moved)) break;
      items[place] = items[below]!;
      place = below;
    }
    items[place] = moved;
    return first;
  }
}
