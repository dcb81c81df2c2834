import type { EpochJobs } from '../../api/epoch-jobs.ts';
import type { JobTree, TreeJob } from './job-tree.ts';

/** A job on the timeline of its agent, in milliseconds since the epoch was opened. */
export interface TimelineBar {
  readonly job: TreeJob;
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface AgentRow {
  readonly agent: string;
  /** By their beginning. */
  readonly bars: readonly TimelineBar[];
  readonly proven: number;
  /** How long it held jobs of the epoch, in milliseconds. */
  readonly busyMs: number;
}

/** What each agent did for the epoch; the one that began first is first. */
export function agentRowsOf({ jobs }: JobTree, { copies, agents }: EpochJobs, untilMs: number): readonly AgentRow[] {
  const held: (TimelineBar & { readonly agent: string })[] = [];
  for (const job of jobs) {
    const { agent, claimedMs, settledMs, standing } = job;
    if (agent === undefined || claimedMs === undefined || (standing !== 'proven' && standing !== 'running')) continue;
    held.push({ agent, job, fromMs: claimedMs, untilMs: settledMs ?? Math.max(claimedMs, untilMs) });
  }
  for (const { job: index, agent: place, claimedMs } of copies) {
    const [agent, job] = [agents[place], jobs[index]];
    if (agent === undefined || job === undefined || claimedMs === null) continue;
    held.push({ agent, job, fromMs: claimedMs, untilMs: Math.max(claimedMs, untilMs) });
  }
  return [...Map.groupBy(held, ({ agent }) => agent)]
    .map(([agent, bars]) => ({
      agent,
      bars: bars.toSorted((a, b) => a.fromMs - b.fromMs),
      proven: bars.filter(({ job }) => job.standing === 'proven').length,
      busyMs: bars.reduce((sum, bar) => sum + bar.untilMs - bar.fromMs, 0),
    }))
    .toSorted((a, b) => (a.bars[0]?.fromMs ?? 0) - (b.bars[0]?.fromMs ?? 0) || a.agent.localeCompare(b.agent));
}
