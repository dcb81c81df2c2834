import { DECISION_SECONDS } from '../../../shared/merge-tree/forecast/streamed-work.ts';
import type { PoolLoad, WorkBand } from '../../../shared/merge-tree/progress/work-left.ts';
import type { EpochLoad } from './fleet-state.ts';

/** With less time than this for work, the fleet is as wide as there are jobs. */
const LEAST_SECONDS = 30;

/** What waits in a cheaper pool than others that its epoch needs is to be done within this; for less work no agent starts. */
export const HURRIED_SECONDS = 300;

/** The slots that a pool needs, and the work and the time that they are for. */
export interface Need {
  readonly slots: number;
  /** The most that it needs at any time, the top tree of a growing epoch included. */
  readonly laterSlots: number;
  readonly workSeconds: number;
  readonly tightestSeconds: number;
  /** Fewer than the deadline wants, because one more would idle now. */
  readonly waits: boolean;
  /** An epoch that grows keeps some of them busy. */
  readonly isSteady: boolean;
}

/** The needs of two epochs, which share the pool's agents. */
export function larger(need: Need, known: Need): Need {
  return {
    ...(need.slots > known.slots ? need : known),
    laterSlots: Math.max(need.laterSlots, known.laterSlots),
    isSteady: need.isSteady || known.isSteady,
  };
}

const NO_NEED = { slots: 0, laterSlots: 0, workSeconds: 0, waits: false, isSteady: false };

/** @param bands the longest path above first */
export function needOf(bands: readonly WorkBand[], secondsLeft: number): Need {
  const need = needFrom(0, bands, secondsLeft);
  const laterSlots = startsOf(bands).map((fromSeconds) => needFrom(fromSeconds, bands, secondsLeft).slots);
  return { ...need, laterSlots: Math.max(need.slots, ...laterSlots) };
}

/** For the work that cannot begin before `fromSeconds`. */
function needFrom(fromSeconds: number, bands: readonly WorkBand[], secondsLeft: number): Need {
  let need: Need = { ...NO_NEED, tightestSeconds: secondsLeft };
  let workSeconds = 0;
  for (const band of bands) {
    if ((band.fromSeconds ?? 0) < fromSeconds) continue;
    workSeconds += band.workSeconds;
    const tightestSeconds = Math.max(LEAST_SECONDS, secondsLeft - fromSeconds - band.aboveSeconds);
    const slots = Math.ceil(workSeconds / tightestSeconds);
    if (slots > need.slots) need = { ...need, slots, workSeconds, tightestSeconds };
  }
  return need;
}

/** The later starts of work. */
function startsOf(bands: readonly WorkBand[]): readonly number[] {
  return [...new Set(bands.flatMap(({ fromSeconds = 0 }) => (fromSeconds > 0 ? [fromSeconds] : [])))];
}

/**
 * What a pool needs while an epoch grows. Until the epoch ends, one more agent than its work keeps busy up to then would idle
 * between checkpoints; the deadline is an epoch away, and that agent can come later. Just before the end, the top tree counts:
 * its agents are up when it begins.
 * @param isHurried the pool does as much as it can before the end
 */
export function whileItGrows(
  need: Need,
  isHurried: boolean,
  epoch: EpochLoad,
  load: PoolLoad | undefined,
  startUpSeconds: number,
  nowMs: number,
): Need {
  const leftSeconds = endsInSeconds(epoch, nowMs);
  if (leftSeconds === 0 || load === undefined) return need;
  if (leftSeconds <= startUpSeconds + DECISION_SECONDS) return { ...need, slots: need.laterSlots, isSteady: true };
  const busySeconds = load.workSeconds - (load.forecast?.burstSeconds ?? 0);
  const busySlots = Math.floor(busySeconds / (leftSeconds - startUpSeconds));
  if (busySlots >= need.slots) {
    const hurried = isHurried ? Math.min(busySlots, Math.ceil(busySeconds / HURRIED_SECONDS)) : 0;
    return { ...need, slots: Math.max(need.slots, hurried), isSteady: true };
  }
  return { ...need, slots: busySlots, waits: true, isSteady: busySlots > 0 };
}

/** Until an epoch that streams ends; 0 for any other, and for one that has ended. */
export function endsInSeconds({ stream }: EpochLoad, nowMs: number): number {
  return Math.max(0, (stream?.endsAtMs ?? nowMs) - nowMs) / 1000;
}

/** Seconds until the root, by what this pool has to do before it. @param bands the longest path above first */
export function endOf(bands: readonly WorkBand[], slots: number): number {
  const endFrom = (fromSeconds: number): number => {
    let [end, workSeconds] = [0, 0];
    for (const band of bands) {
      if ((band.fromSeconds ?? 0) < fromSeconds) continue;
      workSeconds += band.workSeconds;
      end = Math.max(end, fromSeconds + workSeconds / Math.max(1, slots) + band.aboveSeconds);
    }
    return end;
  };
  return Math.max(...[0, ...startsOf(bands)].map(endFrom));
}
