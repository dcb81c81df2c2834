import { BinaryHeap } from './binary-heap.ts';

/** What is to happen at a time of the virtual clock. */
interface Event {
  readonly atSeconds: number;
  readonly order: number;
  readonly happen: () => void;
}

/** Time that stands still while something happens, then jumps to what happens next. */
export class VirtualClock {
  nowSeconds: number;
  #planned = 0;
  /** Of two events at the same time, the one that was planned first comes first. */
  readonly #events = new BinaryHeap<Event>(
    (left, right) =>
      left.atSeconds < right.atSeconds || (left.atSeconds === right.atSeconds && left.order < right.order),
  );

  constructor(nowSeconds: number) {
    this.nowSeconds = nowSeconds;
  }

  at(atSeconds: number, happen: () => void): void {
    this.#events.add({ atSeconds: Math.max(atSeconds, this.nowSeconds), order: this.#planned++, happen });
  }

  after(seconds: number, happen: () => void): void {
    this.at(this.nowSeconds + seconds, happen);
  }

  /** Lets everything happen up to `untilSeconds`, which then is the time. */
  runUntil(untilSeconds: number): void {
    for (
      let next = this.#events.first;
      next !== undefined && next.atSeconds <= untilSeconds;
      next = this.#events.first
    ) {
      this.#events.removeFirst();
      this.nowSeconds = next.atSeconds;
      next.happen();
    }
    this.nowSeconds = untilSeconds;
  }
}
