import { setImmediate as letOthersRun } from 'node:timers/promises';

/** The items in arrays of `size`; timers, sockets and other work have their turn between two of them. */
export async function* inPortions<Item>(items: readonly Item[], size: number): AsyncGenerator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) {
    if (start > 0) await letOthersRun();
    yield items.slice(start, start + size);
  }
}
