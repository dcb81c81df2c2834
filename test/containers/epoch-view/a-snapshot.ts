import type { AgentView, FleetSnapshot, EpochView } from '../../../containers/epoch-view/fleet-snapshot.ts';
import { AgentId } from '../../../shared/ledger/job-ledger.ts';
import type { ChainStep } from '../../../shared/merge-tree/prediction/blocking-chain.ts';
import type { EpochPrediction } from '../../../shared/merge-tree/prediction/predict-epochs.ts';
import { progressOf } from '../../../shared/merge-tree/progress/progress.ts';
import { MIXED_SHAPE, RANGE } from '../devnet/played-epoch.ts';
import { namesOfEpoch } from '../../fixtures/epoch-id.ts';

export const START_MS = 1_800_000_000_000;

export function aSnapshot(overrides: Partial<FleetSnapshot> = {}): FleetSnapshot {
  return { atMs: START_MS, chain: undefined, traffic: undefined, epochs: [], agents: [], ...overrides };
}

/** In some four minutes, and in time but for one in fifty. */
export const PREDICTION: EpochPrediction = {
  rootInSeconds: { early: 220, likely: 250, late: 302 },
  chanceInTime: 0.98,
  lacking: [],
  chain: [
    aStep({ circuit: 'CHECKPOINT_ROOT_ROLLUP', state: 'running', runningSeconds: 12, endsInSeconds: 60 }),
    aStep({ circuit: 'ROOT_ROLLUP', state: 'unasked', startsInSeconds: 150, waitsForAgentSeconds: 90 }),
  ],
};

export function aStep(overrides: Partial<ChainStep>): ChainStep {
  return {
    circuit: 'ROOT_ROLLUP',
    pool: 'large',
    state: 'unasked',
    runningSeconds: 0,
    record: undefined,
    notBeforeSeconds: 0,
    waitsForAgentSeconds: 0,
    startsInSeconds: 0,
    endsInSeconds: 250,
    ...overrides,
  };
}

/** An epoch that has just started: none of its jobs has been requested. */
export function anEpochView(overrides: Partial<EpochView> = {}): EpochView {
  return {
    ...namesOfEpoch(7),
    rangeId: RANGE,
    networkVersion: '4.1.2',
    firstCheckpoint: 20,
    lastCheckpoint: 22,
    shape: [...MIXED_SHAPE],
    deadlineAtMs: START_MS + 3_600_000,
    state: 'proving',
    attempt: 1,
    openedAtMs: START_MS,
    attemptAtMs: START_MS,
    holdsMix: true,
    progress: progressOf([...MIXED_SHAPE], new Map(), START_MS),
    prediction: PREDICTION,
    submission: undefined,
    ...overrides,
  };
}

export function anAgentView(overrides: Partial<AgentView> = {}): AgentView {
  return { agentId: AgentId.parse('agent-1'), state: 'idle', circuit: undefined, jobsProven: 0, ...overrides };
}
