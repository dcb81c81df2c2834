import { nameEpoch } from '../../shared/proving-job/name-epoch.ts';
import type { AgentView, FleetSnapshot, EpochView } from './fleet-snapshot.ts';
import { describeContents, describeSubmission } from './describe-epoch.ts';
import { describeFinish } from './describe-prediction.ts';
import { formatDuration } from '../terminal/format-duration.ts';

/** The events between two snapshots, one line each: first agents, then epochs, then L1. */
export function describeChanges(before: FleetSnapshot | undefined, after: FleetSnapshot): string[] {
  const epochsBefore = new Map(before?.epochs.map((epoch) => [epoch.id, epoch]));
  const agentsBefore = new Map(before?.agents.map((agent) => [agent.agentId, agent]));
  const ids = after.epochs.map(({ id }) => id);
  return [
    ...after.agents.flatMap((agent) => agentChanges(agentsBefore.get(agent.agentId), agent)),
    ...after.epochs.flatMap((epoch) => {
      const name = nameEpoch(epoch.id, ids);
      return epochChanges(epochsBefore.get(epoch.id), epoch, name).map((change) => `epoch ${name}: ${change}`);
    }),
    ...chainChanges(before, after),
  ];
}

/** The progress of every epoch that is being proven, one line each, for outputs that cannot redraw lines. */
export function summarise({ epochs }: FleetSnapshot): string[] {
  const ids = epochs.map(({ id }) => id);
  return epochs
    .filter(({ state }) => state === 'proving')
    .map((epoch) => {
      const { done, expected, running, waiting } = epoch.progress;
      const jobs = `${done} of ${expected} jobs proven, ${running} running, ${waiting} waiting`;
      const finish = epoch.prediction === undefined ? '' : `; root ${describeFinish(epoch.prediction)}`;
      return `epoch ${nameEpoch(epoch.id, ids)}: ${jobs}${finish}`;
    });
}

function agentChanges(before: AgentView | undefined, after: AgentView): string[] {
  return [
    ...(before === undefined ? [`${after.agentId}: ${after.state}`] : []),
    ...(after.note !== undefined && after.note !== before?.note ? [`${after.agentId}: ${after.note}`] : []),
  ];
}

function epochChanges(before: EpochView | undefined, after: EpochView, name: string): string[] {
  const changes: string[] = [];
  if (before === undefined) {
    const kind = after.holdsMix ? '' : ' (warm-up)';
    const jobs = after.progress.isSoFar ? '' : `, ${after.progress.expected} jobs expected`;
    changes.push(`started: ${describeContents(after)}${jobs}${kind}`);
  } else if (after.attempt > before.attempt) {
    changes.push(`resumed, attempt ${after.attempt}`);
  }
  if (after.progress.rejected > (before?.progress.rejected ?? 0)) {
    changes.push(`${after.progress.rejected} jobs rejected: see coppice tree ${name}`);
  }
  if (after.rootAtMs !== undefined && before?.rootAtMs === undefined) {
    const { done, expected } = after.progress;
    changes.push(`root proof after ${formatDuration(after.rootAtMs - after.openedAtMs)}, ${done} of ${expected} jobs`);
  }
  const { submission } = after;
  // Waiting is only worth a line when there is a reason.
  const isNews = submission !== undefined && (submission.state !== 'waiting' || submission.reason !== undefined);
  if (isNews && (before === undefined || describeSubmission(after) !== describeSubmission(before))) {
    changes.push(describeSubmission(after));
  }
  if (after.state !== before?.state && (after.state === 'failed' || after.state === 'expired')) {
    changes.push(`${after.state}${after.reason === undefined ? '' : `: ${after.reason}`}`);
  }
  return changes;
}

function chainChanges(before: FleetSnapshot | undefined, { chain }: FleetSnapshot): string[] {
  if (chain === undefined || chain.provenCheckpoint <= (before?.chain?.provenCheckpoint ?? 0)) return [];
  return [`L1: the rollup is now proven up to checkpoint ${chain.provenCheckpoint}`];
}
