/** The two clocks of a machine. */
export interface MachineClock {
  /** Unix time in milliseconds, for people. It may be set back or forward at any moment. */
  readonly nowMs: () => number;
  /**
   * Milliseconds that only grow until the machine is restarted, the same for all its processes and containers. What ends by
   * itself (a lease, a delay) ends by this clock.
   */
  readonly steadyMs: () => number;
}

/** Both clocks at one moment. */
export interface ClockReading {
  readonly nowMs: number;
  readonly steadyMs: number;
}

/** Linux and macOS count it from the machine's start: CLOCK_MONOTONIC. */
export function machineSteadyMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

export function readClock({ nowMs, steadyMs }: MachineClock): ClockReading {
  return { nowMs: nowMs(), steadyMs: steadyMs() };
}

/** A moment of the steady clock as Unix time in milliseconds. */
export function toUnixMs(steadyMs: number, at: ClockReading): number {
  return steadyMs - at.steadyMs + at.nowMs;
}

/** No delay of a message is longer, except one of up to two leases. */
const LONGEST_DELAY_MS = 60_000;

/**
 * The latest end that a lease or a delay given since the machine's start can have. A later one is left from before: the
 * steady clock began anew meanwhile. It is shortened to one lease from now.
 */
export function latestEndMs(steadyMs: number, leaseMs: number): number {
  return steadyMs + Math.max(2 * leaseMs, LONGEST_DELAY_MS);
}
