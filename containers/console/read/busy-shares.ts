import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import type { AgentId, JobRecord } from '../../../shared/ledger/job-ledger.ts';

/** The time that counts, before now. */
const WINDOW_MS = 10 * 60_000;

/** The share of the last ten minutes, or of its life, in which each agent had one of the jobs: 0 to 1. */
export function busyShares(
  agents: readonly Pick<AgentRecord, 'agentId' | 'startedAtMs' | 'jobSinceMs'>[],
  jobs: readonly Pick<JobRecord, 'state' | 'provenBy' | 'claimedAtMs' | 'settledAtMs'>[],
  nowMs: number,
): ReadonlyMap<AgentId, number> {
  const proven = Map.groupBy(
    jobs.filter(({ state }) => state === 'proven'),
    ({ provenBy }) => provenBy,
  );
  return new Map(
    agents.map(({ agentId, startedAtMs, jobSinceMs }) => {
      const fromMs = Math.max(nowMs - WINDOW_MS, startedAtMs);
      const within = (sinceMs: number, untilMs: number): number => Math.max(0, untilMs - Math.max(fromMs, sinceMs));
      const done = (proven.get(agentId) ?? []).reduce(
        (sum, { claimedAtMs = 0, settledAtMs = 0 }) => sum + within(claimedAtMs, settledAtMs),
        0,
      );
      const running = jobSinceMs === undefined ? 0 : within(jobSinceMs, nowMs);
      return [agentId, Math.min(1, (done + running) / Math.max(1, nowMs - fromMs))] as const;
    }),
  );
}
