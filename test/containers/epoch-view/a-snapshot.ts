import type { AgentView, FleetSnapshot, EpochView } from '../../../containers/epoch-view/fleet-snapshot.ts';
import { AgentId } from '../../../shared/ledger/job-ledger.ts';
import { CriticalPath } from '../../../shared/merge-tree/progress/critical-path.ts';
import { expectedTree } from '../../../shared/merge-tree/expected/tree-of-shape.ts';
import { progressOf } from '../../../shared/merge-tree/progress/progress.ts';
import { MIXED_SHAPE, RANGE } from '../devnet/played-epoch.ts';
import { namesOfEpoch } from '../../fixtures/epoch-id.ts';

export const START_MS = 1_800_000_000_000;

export function aSnapshot(overrides: Partial<FleetSnapshot> = {}): FleetSnapshot {
  return { atMs: START_MS, chain: undefined, traffic: undefined, epochs: [], agents: [], ...overrides };
}

/** An epoch that has just started: none of its jobs has been requested. */
export function anEpochView(overrides: Partial<EpochView> = {}): EpochView {
  const tree = expectedTree(MIXED_SHAPE);
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
    pathLeft: new CriticalPath(tree, () => 2).full,
    submission: undefined,
    ...overrides,
  };
}

export function anAgentView(overrides: Partial<AgentView> = {}): AgentView {
  return { agentId: AgentId.parse('agent-1'), state: 'idle', circuit: undefined, jobsProven: 0, ...overrides };
}
