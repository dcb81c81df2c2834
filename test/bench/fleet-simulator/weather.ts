import type { Chance } from './chance.ts';

/** What happens to agents outside the control of any rule. */
export interface Weather {
  /** Mean time until a Spot agent is taken back. */
  readonly spotLifeSeconds: number;
  /** Mean time until an agent is lost without notice. */
  readonly agentLifeSeconds: number;
  /** From an agent's placement to its first claim: image, CRS, checks. */
  readonly startSeconds: readonly [least: number, most: number];
  /** From the order to the placement. */
  readonly placementSeconds: readonly [least: number, most: number];
  readonly droughts: readonly Drought[];
  /** The share of machines on which every job fails at once. */
  readonly brokenShare: number;
}

/** Spot has no capacity: orders wait, and many of those that run are taken back at its beginning. */
export interface Drought {
  readonly beginsAtSeconds: number;
  readonly endsAtSeconds: number;
}

/** Share of the running Spot agents that a drought takes back, within `DROUGHT_TAKES_SECONDS` of its beginning. */
export const DROUGHT_TAKES_SHARE = 0.5;
export const DROUGHT_TAKES_SECONDS = 600;

const HOUR_SECONDS = 3600;

/**
 * Assumptions: Spot agents are taken back once in 20 h, which is "less than 5 %" of an hour; others are lost once in 500 h;
 * an agent claims its first job 60 to 90 s after its order.
 */
export const FAIR_WEATHER: Weather = {
  spotLifeSeconds: 20 * HOUR_SECONDS,
  agentLifeSeconds: 500 * HOUR_SECONDS,
  startSeconds: [45, 70],
  placementSeconds: [15, 20],
  droughts: [],
  brokenShare: 0,
};

/** As before, and one machine in two hundred fails whatever it is given. */
export const WEATHER_WITH_BROKEN_MACHINES: Weather = { ...FAIR_WEATHER, brokenShare: 0.005 };

/** No accidents, no droughts. */
export const STILL_WEATHER: Weather = {
  spotLifeSeconds: Infinity,
  agentLifeSeconds: Infinity,
  startSeconds: [60, 60],
  placementSeconds: [0, 0],
  droughts: [],
  brokenShare: 0,
};

/** A drought of half an hour to two hours, every six hours on average. */
export function withDroughts(weather: Weather, chance: Chance, untilSeconds: number): Weather {
  const droughts: Drought[] = [];
  for (let beginsAtSeconds = 0; ;) {
    beginsAtSeconds += chance.waiting(6 * HOUR_SECONDS);
    if (beginsAtSeconds > untilSeconds) return { ...weather, droughts };
    const endsAtSeconds = beginsAtSeconds + chance.between(0.5, 2) * HOUR_SECONDS;
    droughts.push({ beginsAtSeconds, endsAtSeconds });
    beginsAtSeconds = endsAtSeconds;
  }
}

export function droughtAt({ droughts }: Weather, atSeconds: number): Drought | undefined {
  return droughts.find(
    ({ beginsAtSeconds, endsAtSeconds }) => beginsAtSeconds <= atSeconds && atSeconds < endsAtSeconds,
  );
}
