import type { EpochToProve, LineView } from '../../../../containers/broker/node-watch/find-troubles.ts';
import { EpochNumber } from '../../../../shared/proving-job/epoch-id.ts';
import { ROLLUP } from '../../../fixtures/epoch-id.ts';

export const ENDED_AT_MS = 1_800_000_000_000;
export const DEADLINE_AT_MS = ENDED_AT_MS + 2_304_000;

/** Epoch 7, complete and not proven. */
export function anEpochToProve(changes: Partial<EpochToProve> = {}): EpochToProve {
  return {
    epoch: 7,
    endedAtMs: ENDED_AT_MS,
    deadlineAtMs: DEADLINE_AT_MS,
    rejectedJobs: 0,
    isRootProven: false,
    hasLostSession: false,
    ...changes,
  };
}

/** A line of 6.0.0, a quarter of an hour after an epoch's end, with what is wrong with it. @param states the node's sessions for epoch 7 */
export function aLineView(states: readonly string[] = [], changes: Partial<LineView> = {}): LineView {
  return {
    line: { networkVersion: '6.0.0', rollup: ROLLUP },
    node: {
      versions: { packageVersion: '6.0.0' },
      sessions: states.map((state) => ({ epoch: EpochNumber.parse(7), state })),
      problem: undefined,
    },
    epoch: undefined,
    isL1Known: true,
    isRetired: false,
    agents: 3,
    balanceEth: 1.5,
    nowMs: ENDED_AT_MS + 900_000,
    ...changes,
  };
}
