import { BinaryHeap } from './binary-heap.ts';

/** An event at a time of the virtual clock. */
interface Event {
  readonly atSeconds: number;
  readonly order: number;
  readonly happen: () => void;
}

/** A clock that stands still during an event, then jumps to the next one. */
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

  /** Runs all events up to `untilSeconds`, which is then the time. */
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
