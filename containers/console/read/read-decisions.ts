import { lineStandingsNote } from '../../../shared/agent-fleet/line-standing.ts';
import type { FleetDecisionRecord } from '../../../shared/ledger/decision-log.ts';
import type { Decisions, ScalingDecision } from '../api/decisions.ts';
import type { ConsoleDeps } from './console-deps.ts';
import { listAgeMs } from './read-ages.ts';

const HOUR_MS = 3_600_000;
/** The scaler decides about each version line once a minute. */
const DECISIONS_PER_HOUR = 60;
/** A root that waits is weighed again and again. */
const SUBMISSIONS_SHOWN = 100;

/** What the scaler and the submitter decided in the last hours, and why. */
export async function readDecisions({ engine, ages, nowMs }: ConsoleDeps, hours: number): Promise<Decisions> {
  const atMs = nowMs();
  const lines = await lineStandingsNote(engine.notes).find();
  const most = hours * DECISIONS_PER_HOUR * Math.max(1, lines.value?.lines.length ?? 1);
  const [fleet, submissions] = await Promise.all([
    engine.decisions.latest('fleet', most),
    engine.decisions.latest('submission', SUBMISSIONS_SHOWN),
  ]);
  const sinceMs = atMs - hours * HOUR_MS;
  const scaling = fleet.filter((decision) => decision.atMs >= sinceMs).map(toScalingDecision);
  return {
    atMs,
    goodForMs: Math.max(ages.pageMs, listAgeMs(ages, fleet.length)),
    hours,
    scaling,
    submissions: submissions
      .filter((decision) => decision.atMs >= sinceMs)
      .map(({ kind: _kind, ...decision }) => decision),
  };
}

function toScalingDecision({
  atMs,
  line,
  reason,
  dollarsPerHour,
  pools,
  epochs,
}: FleetDecisionRecord): ScalingDecision {
  return {
    atMs,
    line,
    reason,
    dollarsPerHour,
    isChange: pools.some(({ spot, od, was }) => spot !== was.spot || od !== was.od),
    pools: pools.map(({ pool, was, spot, od, ...rest }) => ({
      pool,
      running: was.running,
      spotBefore: was.spot,
      onDemandBefore: was.od,
      spot,
      onDemand: od,
      waitingJobs: rest.waitingJobs,
      runningJobs: rest.runningJobs,
      workSeconds: rest.workSeconds,
      dollarsPerHour: rest.dollarsPerHour,
      spotInterruptions: rest.spotInterruptions,
      reason: rest.reason,
    })),
    epochs: epochs.map(({ epochId, epoch, deadlineAtMs, slackSeconds, root }) => ({
      epochId,
      epoch,
      deadlineAtMs,
      slackSeconds,
      chanceInTime: root?.chanceInTime,
    })),
  };
}
