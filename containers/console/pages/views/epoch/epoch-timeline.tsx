import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';

import { formatDuration } from '../../../../terminal/format-duration.ts';
import type { EpochJobs } from '../../../api/epoch-jobs.ts';
import { agentRowsOf } from '../../data/agent-rows.ts';
import type { JobTree } from '../../data/job-tree.ts';
import { LevelLegend } from '../../plots/level-legend.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ShareBar } from '../../parts/share-bar.tsx';
import { Table } from '../../parts/table.tsx';
import { AgentTimeline } from '../../plots/agent-timeline.tsx';
import { formatCount, plural } from '../../text/format.ts';

/** Who proved what when, and how busy the epoch kept each agent. */
export function EpochTimeline({
  tree,
  jobs,
  endedAtMs,
}: {
  readonly tree: JobTree;
  readonly jobs: EpochJobs;
  /** When its last job was settled; `undefined` while it is being proven. */
  readonly endedAtMs: number | undefined;
}): JSX.Element | null {
  const untilMs = (endedAtMs ?? jobs.atMs) - jobs.openedAtMs;
  const rows = useMemo(() => agentRowsOf(tree, jobs, untilMs), [tree, jobs, untilMs]);
  if (rows.length === 0) return null;
  const latestMs = Math.max(untilMs, ...rows.map(({ bars }) => bars.at(-1)?.untilMs ?? 0));
  return (
    <Panel title="Timeline by agent" note={`${plural(rows.length, 'agent')}, since the epoch was opened`}>
      <LevelLegend levels={tree.levels.map(({ name }) => name)} />
      <AgentTimeline rows={rows} levelCount={tree.levels.length} untilMs={latestMs} />
      <details>
        <summary>Agents in numbers</summary>
        <Table
          caption="Agents of the epoch"
          columns={[
            { title: 'agent' },
            { title: 'jobs proven', isNumber: true },
            { title: 'held jobs for', isNumber: true },
            { title: 'busy' },
          ]}
          rows={rows.map(({ agent, proven, busyMs }) => ({
            key: agent,
            cells: [
              agent,
              formatCount(proven),
              formatDuration(busyMs),
              <ShareBar share={Math.min(1, busyMs / Math.max(1, latestMs))} what={`busy share of ${agent}`} />,
            ],
          }))}
        />
      </details>
    </Panel>
  );
}
