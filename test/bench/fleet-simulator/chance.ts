import { SeededRandom } from '../../shared/merge-tree/seeded-random.ts';

/** Reproducible chance: its numbers follow from `seed` and from what it is the chance `of`. */
export class Chance {
  readonly #random: SeededRandom;

  constructor(seed: number, of: string) {
    let mixed = seed;
    for (const character of of) mixed = (Math.imul(mixed ^ character.charCodeAt(0), 0x01000193) + 0x9e3779b9) | 0;
    this.#random = new SeededRandom(mixed);
  }

  /** From 0 to below 1. */
  share(): number {
    return this.#random.below(2 ** 32) / 2 ** 32;
  }

  below(below: number): number {
    return this.#random.below(below);
  }

  happens(share: number): boolean {
    return this.share() < share;
  }

  between(least: number, most: number): number {
    return least + this.share() * (most - least);
  }

  /** Time until something happens that is equally likely at any time. */
  waiting(meanSeconds: number): number {
    return -Math.log(1 - this.share()) * meanSeconds;
  }

  /** A factor around 1: its logarithm is normal around 0. */
  around(sigma: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.share())) * Math.cos(2 * Math.PI * this.share());
    return Math.exp(sigma * normal);
  }

  /** How many of something that happens `mean` times on average (Poisson). */
  count(mean: number): number {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.share(); product > limit; product *= this.share()) count += 1;
    return count;
  }
}
