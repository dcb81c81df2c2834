import {
  type CapacityState,
  DEFAULT_SCALING_POLICY,
  type EpochLoad,
  type FleetState,
  type PoolState,
} from '../../../../functions/scale-fleet/decide/fleet-state.ts';
import type { PoolLoad } from '../../../../shared/merge-tree/progress/work-left.ts';
import { namesOfEpoch } from '../../../fixtures/epoch-id.ts';

export const NOW_MS = 1_800_000_000_000;
export const START_UP_SECONDS = 75;
/** An epoch of mainnet: 32 slots of 72 s. */
export const WINDOW_SECONDS = 2304;

/** Waiting jobs of a minute each. */
export function waiting(jobs: number, seconds = 60): PoolLoad {
  return {
    workSeconds: jobs * seconds,
    waitingSeconds: jobs * seconds,
    runningJobs: 0,
    waitingJobs: jobs,
    usableSlots: jobs * Math.min(1, seconds / START_UP_SECONDS),
    longestSeconds: seconds * 1.3,
    bands: [{ workSeconds: jobs * seconds, aboveSeconds: 250 }],
  };
}

/** Running jobs that have just started. */
export function running(jobs: number, seconds = 60): PoolLoad {
  return { ...waiting(jobs, seconds), waitingSeconds: 0, runningJobs: jobs, waitingJobs: 0 };
}

export function anEpoch(
  pools: EpochLoad['pools'],
  { number = 7, windowSeconds = WINDOW_SECONDS, startsInSeconds = 0, pathSeconds = 250 } = {},
): EpochLoad {
  return {
    ...namesOfEpoch(number),
    deadlineAtMs: NOW_MS + windowSeconds * 1000,
    startsAtMs: NOW_MS + startsInSeconds * 1000,
    pathSeconds,
    pools,
  };
}

export function agents(running: number, change: Partial<CapacityState> = {}): CapacityState {
  return { desired: running, running, busy: 0, dollarsPerHour: 0.3, ...change };
}

export function aPool(
  change: Partial<PoolState> & { readonly spot?: CapacityState; readonly od?: CapacityState } = {},
): PoolState {
  const { spot = agents(0), od = agents(0), ...rest } = change;
  return {
    limits: { floor: 0, ceiling: 1000, slotsPerAgent: 1 },
    startUpSeconds: START_UP_SECONDS,
    spotInterruptions: 0,
    spotRefusals: 0,
    capacity: { spot, od: { ...od, dollarsPerHour: 1 } },
    ...rest,
  };
}

export function aState(change: Partial<FleetState> = {}): FleetState {
  return {
    nowMs: NOW_MS,
    epochs: [],
    pools: { small: aPool(), medium: aPool(), large: aPool() },
    budget: { mayCross: false },
    policy: DEFAULT_SCALING_POLICY,
    memory: undefined,
    ...change,
  };
}
