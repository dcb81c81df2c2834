import { createHash } from 'node:crypto';

/** Pseudo-random numbers, the same ones for the same seed and name in any process. */
export class SeededRandom {
  #state: number;

  /** @param name distinguishes the sequences of one seed */
  constructor(seed: string, name: string) {
    this.#state = createHash('sha256').update(`${seed}\n${name}`).digest().readUInt32LE();
  }

  /** From 0 up to 1, which it never is: mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  isTrue(share: number): boolean {
    return this.next() < share;
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  /** One of them. `undefined` when there is none. */
  pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.next() * items.length)];
  }
}
