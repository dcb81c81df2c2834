import { type LineStanding, lineStandingsNote } from '../../../shared/agent-fleet/line-standing.ts';
import type { DiskSpace } from '../../../shared/engine/disks.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import type { DeadLetter, QueueDepth } from '../../../shared/job-queue/job-queue.ts';
import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import type { Incident } from '../../../shared/ledger/incident-log.ts';
import type { RootRecord } from '../../../shared/ledger/outbox.ts';
import { readWatchedNodes, type WatchedNode } from '../../../shared/ledger/watched-nodes.ts';
import { progressOf, type Progress } from '../../../shared/merge-tree/progress/progress.ts';

/** The state of a fleet at one moment. */
export interface FleetStatus {
  readonly atMs: number;
  /** Version lines, where they are listed. */
  readonly lines: readonly LineStanding[];
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
}

export interface StatusLimits {
  readonly epochs: number;
  readonly incidents: number;
  /** Agents seen within this many seconds. */
  readonly agentsSeenWithinSeconds: number;
}

export async function readFleetStatus(engine: Engine, limits: StatusLimits, nowMs: number): Promise<FleetStatus> {
  const [noted, epochs, roots, agents, officialNodes, queues, disks, incidents, deadLetters] = await Promise.all([
    lineStandingsNote(engine.notes).find(),
    engine.epochs.latest(limits.epochs),
    engine.outbox.open(),
    engine.agents.seenWithin(limits.agentsSeenWithinSeconds),
    readWatchedNodes(engine.notes, nowMs),
    engine.queue.depths(),
    engine.disks?.spaces() ?? [],
    engine.incidents.latest(limits.incidents),
    engine.queue.deadLetters(),
  ]);
  const withProgress: EpochStatus[] = [];
  // One after the other: on AWS each tally has most of the client's sockets.
  for (const epoch of epochs) {
    const tally = await engine.jobs.tally(epoch.id, epoch.rangeId);
    withProgress.push({ ...epoch, progress: progressOf(epoch.shape, tally, nowMs) });
  }
  return {
    atMs: nowMs,
    lines: noted.value?.lines ?? [],
    epochs: withProgress,
    roots,
    agents,
    officialNodes,
    queues,
    disks,
    incidents,
    deadLetters,
    unreadable: engine.unreadable.list,
  };
}
