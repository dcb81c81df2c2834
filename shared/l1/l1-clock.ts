import type { L1Head } from './l1-heads.ts';

/** A host whose newest block stays the same for this long no longer follows L1. */
const SILENT_MS = 180_000;
/** Without a host that follows L1 for this long, this machine's clock decides alone: an outage must not keep epochs open for ever. */
const LOST_MS = 30 * 60_000;

export interface L1ClockDeps {
  /** This machine's clock, Unix time in milliseconds. */
  readonly nowMs: () => number;
  /** A clock that only goes forward, in milliseconds. */
  readonly steadyMs: () => number;
}

interface Seen {
  readonly blockAtMs: number;
  /** When the block was first seen, by the steady clock. */
  readonly sinceMs: number;
  /** Whether the host had an older block before: one that has only ever shown one block may have stopped there. */
  readonly follows: boolean;
}

/** How far this machine's clock is from L1's, beyond what the pauses between blocks explain. */
export interface ClockDisagreement {
  /** Negative when this machine's clock is behind. */
  readonly aheadMs: number;
}

/**
 * The time by which proof windows close. This machine's clock may be wrong, by an hour or a year, and an epoch that it closes
 * too early is lost; L1's blocks carry the time that the contract uses. So a window counts as closed once both are past its end.
 */
export class L1Clock {
  readonly #deps: L1ClockDeps;
  readonly #seen = new Map<string, Seen>();
  readonly #startedMs: number;

  constructor(deps: L1ClockDeps) {
    this.#deps = deps;
    this.#startedMs = deps.steadyMs();
  }

  /** Notes the newest block of each host that responds. */
  observe(heads: Iterable<Pick<L1Head, 'host' | 'blockAtMs'>>): void {
    for (const { host, blockAtMs } of heads) {
      const known = this.#seen.get(host);
      if (known?.blockAtMs === blockAtMs) continue;
      const follows = known !== undefined && blockAtMs > known.blockAtMs;
      this.#seen.set(host, { blockAtMs, sinceMs: this.#deps.steadyMs(), follows });
    }
  }

  /**
   * The time for everything that ends with a proof window: this machine's, but never beyond L1's. Until L1 was seen to go
   * on, for at most half an hour from the start, no later than its newest block; then this machine's.
   */
  windowNowMs(): number {
    const { nowMs, steadyMs } = this.#deps;
    const l1Ms = this.l1NowMs();
    if (l1Ms !== undefined) return Math.min(nowMs(), l1Ms);
    if (steadyMs() - this.#startedMs >= LOST_MS) return nowMs();
    return Math.min(nowMs(), majorityOf([...this.#seen.values()].map(({ blockAtMs }) => blockAtMs)) ?? 0);
  }

  /** The time that most of the hosts that follow L1 have reached; `undefined` while no host is known to. */
  l1NowMs(): number | undefined {
    return majorityOf(this.#times());
  }

  /** `undefined` while L1's time is unknown, or agrees. @param toleranceMs what pauses between blocks and polls explain */
  disagreement(toleranceMs: number): ClockDisagreement | undefined {
    const times = this.#times();
    const nowMs = this.#deps.nowMs();
    const aheadMs = nowMs - Math.max(...times);
    const behindMs = Math.min(...times) - nowMs;
    if (times.length === 0 || Math.max(aheadMs, behindMs) <= toleranceMs) return undefined;
    return { aheadMs: aheadMs > 0 ? aheadMs : -behindMs };
  }

  #times(): readonly number[] {
    const steadyMs = this.#deps.steadyMs();
    const following = [...this.#seen.values()]
      .filter(({ follows, sinceMs }) => follows && steadyMs - sinceMs < LOST_MS)
      .map(({ blockAtMs, sinceMs }) => ({ elapsedMs: steadyMs - sinceMs, blockAtMs }));
    const lively = following.filter(({ elapsedMs }) => elapsedMs < SILENT_MS);
    return (lively.length > 0 ? lively : following).map(({ blockAtMs, elapsedMs }) => blockAtMs + elapsedMs);
  }
}

/** The latest time that more than half of them have reached. */
function majorityOf(times: readonly number[]): number | undefined {
  return times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) / 2)];
}

/** For the log and people. */
export function describeDisagreement({ aheadMs }: ClockDisagreement): string {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const where = aheadMs > 0 ? 'ahead of' : 'behind';
  return `the clock of this machine is ${seconds} s ${where} L1's: have it set by NTP; until then proof windows close by L1's`;
}
