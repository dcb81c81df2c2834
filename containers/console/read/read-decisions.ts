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
  return {
    atMs,
    goodForMs: Math.max(ages.pageMs, listAgeMs(ages, fleet.length)),
    hours,
    scaling: fleet.filter((decision) => decision.atMs >= sinceMs).map(toScalingDecision),
    submissions: submissions.filter((decision) => decision.atMs >= sinceMs),
  };
}

function toScalingDecision(decision: FleetDecisionRecord): ScalingDecision {
  const { pools, epochs } = decision;
  return {
    ...decision,
    isChange: pools.some(({ spot, od, was }) => spot !== was.spot || od !== was.od),
    pools: pools.map(({ was, od, ...pool }) => ({
      ...pool,
      running: was.running,
      spotBefore: was.spot,
      onDemandBefore: was.od,
      onDemand: od,
    })),
    epochs: epochs.map((epoch) => ({ ...epoch, chanceInTime: epoch.root?.chanceInTime })),
  };
}
