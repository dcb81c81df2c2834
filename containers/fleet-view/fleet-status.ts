import { type LineStanding, lineStandingsNote } from '../../shared/agent-fleet/line-standing.ts';
import type { Secret } from '../../shared/config/secret.ts';
import type { DiskSpace } from '../../shared/engine/disks.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import type { DeadLetter, QueueDepth } from '../../shared/job-queue/job-queue.ts';
import type { AgentRecord } from '../../shared/ledger/agent-registry.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { needOfEpoch } from '../../shared/ledger/epoch-needs.ts';
import type { Incident } from '../../shared/ledger/incident-log.ts';
import type { RootRecord } from '../../shared/ledger/outbox.ts';
import { hasRivalProof } from '../../shared/ledger/rival-proof.ts';
import type { EpochPrediction } from '../../shared/merge-tree/prediction/predict-epochs.ts';
import { readWatchedNodes, type WatchedNode } from '../../shared/ledger/watched-nodes.ts';
import { progressOf, type Progress } from '../../shared/merge-tree/progress/progress.ts';
import { countJobs } from '../epoch-view/count-jobs.ts';
import { PredictionReader } from '../epoch-view/prediction-reader.ts';
import { readFleetL1 } from './fleet-l1.ts';
import type { L1Status } from './l1-status.ts';

/** Agents that have not reported for this long are not shown, in seconds. */
export const AGENT_SEEN_SECONDS = 120;

/** The state of a fleet at one moment. */
export interface FleetStatus {
  readonly atMs: number;
  /** Version lines, where they are listed. */
  readonly lines: readonly LineStanding[];
  /** Where the fleet is, for people. */
  readonly place: string;
  /** What L1 shows; `undefined` if no URL is given and no program has noted it. */
  readonly l1: L1Status | undefined;
  /** The account that signed the newest transaction. */
  readonly publisher: `0x${string}` | undefined;
  /** Newest first. */
  readonly epochs: readonly EpochStatus[];
  /** Roots that are not mined yet. */
  readonly roots: readonly RootRecord[];
  readonly agents: readonly AgentRecord[];
  /** Those that a broker has watched within a day, by version. */
  readonly officialNodes: readonly WatchedNode[];
  readonly queues: readonly QueueDepth[];
  /** Those of the embedded engine. */
  readonly disks: readonly DiskSpace[];
  /** Newest first. */
  readonly incidents: readonly Incident[];
  readonly deadLetters: readonly DeadLetter[];
  /** Records that a newer version wrote or that are damaged, each with the reason why this one leaves it out. */
  readonly unreadable: readonly string[];
}

export interface EpochStatus extends EpochRecord {
  readonly progress: Progress;
  /** Of its root; `undefined` for an epoch that needs no proofs. */
  readonly prediction: EpochPrediction | undefined;
  /** Whether L1 has another prover's proof of it: the reward is shared. */
  readonly hasRivalProof: boolean;
}

export interface StatusLimits {
  readonly epochs: number;
  readonly incidents: number;
  /** Agents seen within this many seconds. */
  readonly agentsSeenWithinSeconds: number;
}

export interface ReadStatusOptions {
  readonly place: string;
  /** @default L1 is not read */
  readonly l1RpcUrls?: readonly Secret<string>[] | undefined;
}

/** Reads the state of a fleet from its ledger and queues, and from L1 where URLs are given. */
export async function readFleetStatus(
  engine: Engine,
  limits: StatusLimits,
  nowMs: number,
  { place, l1RpcUrls = [] }: ReadStatusOptions,
): Promise<FleetStatus> {
  const [noted, epochs, roots, agents, officialNodes, queues, disks, incidents, deadLetters] = await Promise.all([
    lineStandingsNote(engine.notes).find(),
    engine.epochs.latest(limits.epochs),
    engine.outbox.open(),
    engine.agents.seenWithin(limits.agentsSeenWithinSeconds),
    readWatchedNodes(engine.notes, nowMs),
    engine.queue.depths(),
    engine.disks?.spaces() ?? [],
    engine.incidents.latest(INCIDENTS),
    engine.queue.deadLetters(),
  ]);
  const [{ l1, publisher }, counted] = await Promise.all([
    readFleetL1(engine, { l1RpcUrls, epochs, roots }),
    countJobs(engine.jobs, epochs),
  ]);
  const open = counted.filter(({ epoch }) => needOfEpoch(epoch, nowMs) === 'proofs');
  const predictions = await new PredictionReader(engine).read({ latest: epochs, open, agents }, nowMs);
  return {
    atMs: nowMs,
    lines: noted.value?.lines ?? [],
    place,
    l1,
    publisher,
    epochs: counted.map(({ epoch, tally }) => ({
      ...epoch,
      progress: progressOf(epoch.shape, tally, nowMs),
      prediction: predictions.get(epoch.id),
      hasRivalProof: hasRivalProof(epoch.id, incidents) || isProvenByOthers(epoch, epochs, l1),
    })),
    roots,
    agents,
    officialNodes,
    queues,
    disks,
    incidents: incidents.slice(0, limits.incidents),
    deadLetters,
    unreadable: engine.unreadable.list,
  };
}

/** Enough to find an earlier report of a rival's proof. */
const INCIDENTS = 100;

/** L1 has the checkpoints of the newest rollup proven that the fleet has not submitted. */
function isProvenByOthers(epoch: EpochRecord, epochs: readonly EpochRecord[], l1: L1Status | undefined): boolean {
  const { state, lastCheckpoint } = epoch;
  const isOurs = state === 'proven' || state === 'submitting';
  const rollupOf = ({ id }: EpochRecord): string => id.slice(0, id.lastIndexOf(':'));
  const newest = epochs.find(({ id }) => id.includes('-0x'));
  if (isOurs || lastCheckpoint === undefined || newest === undefined || rollupOf(newest) !== rollupOf(epoch))
    return false;
  return (l1?.provenCheckpoint ?? 0) >= lastCheckpoint;
}
