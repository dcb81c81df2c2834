import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';

import { formatDuration } from '../../../../terminal/format-duration.ts';
import type { EpochDetails } from '../../../api/epoch.ts';
import type { EpochJobs } from '../../../api/epoch-jobs.ts';
import { Panel } from '../../parts/panel.tsx';
import { Table } from '../../parts/table.tsx';
import { usePalette } from '../../plots/palette.ts';
import { type PlotMark, type PlotSeries, TimePlot } from '../../plots/time-plot.tsx';
import { formatClock } from '../../text/format.ts';

/** Rows of the table: no more than a reader takes in. */
const SAMPLES = 12;

/** How much proving is left over time, and where the prediction has it end. */
export function WorkLeft({
  details,
  jobs,
}: {
  readonly details: EpochDetails;
  readonly jobs: EpochJobs;
}): JSX.Element | null {
  const palette = usePalette();
  const { prediction, deadlineAtMs } = details.epoch;
  const { atMs, seconds } = jobs.workLeft;
  const likelyAtMs = prediction?.likelyAtMs;
  const plot = useMemo(() => {
    const lastAtMs = atMs.at(-1) ?? 0;
    const isAhead = likelyAtMs !== undefined && likelyAtMs > lastAtMs && (seconds.at(-1) ?? 0) > 0;
    const xs = isAhead ? [...atMs, likelyAtMs] : atMs;
    const series: PlotSeries[] = [
      { label: 'work left', colour: palette.accent, shape: 'steps', values: isAhead ? [...seconds, null] : seconds },
    ];
    if (isAhead) {
      const ahead: (number | null)[] = [...atMs.slice(1).map(() => null), seconds.at(-1) ?? 0, 0];
      series.push({ label: 'predicted', colour: palette.running, isDashed: true, values: ahead });
    }
    return { xs, series };
  }, [atMs, seconds, likelyAtMs, palette]);
  const marks = useMemo((): readonly PlotMark[] => {
    const first = plot.xs[0] ?? 0;
    const span = (plot.xs.at(-1) ?? 0) - first;
    // A deadline that is far away would leave the plot a sliver.
    const isNear = deadlineAtMs !== undefined && span > 0 && deadlineAtMs - first < 3 * span;
    return isNear ? [{ atMs: deadlineAtMs, label: 'deadline', colour: palette.rejected }] : [];
  }, [plot, deadlineAtMs, palette]);
  if (atMs.length < 2) return null;
  return (
    <Panel title="Work left" note="seconds of one agent, over time (UTC)">
      <TimePlot
        label={`Work left over time: ${formatDuration(1000 * (seconds[0] ?? 0))} at first, ${formatDuration(1000 * (seconds.at(-1) ?? 0))} now`}
        xs={plot.xs}
        series={plot.series}
        marks={marks}
        format={formatSeconds}
      />
      <details>
        <summary>Work left in numbers</summary>
        <Table
          caption="Work left over time"
          columns={[{ title: 'time' }, { title: 'work left', isNumber: true }]}
          rows={samplesOf(atMs.length).map((place) => ({
            key: place,
            cells: [formatClock(atMs[place] ?? 0, atMs.at(-1) ?? 0), formatSeconds(seconds[place] ?? 0)],
          }))}
        />
      </details>
    </Panel>
  );
}

function formatSeconds(seconds: number): string {
  return seconds === 0 ? '0' : formatDuration(1000 * seconds);
}

/** Places spread over a list, its ends among them. */
function samplesOf(count: number): readonly number[] {
  const most = Math.min(count, SAMPLES);
  return Array.from({ length: most }, (_, place) => Math.round((place * (count - 1)) / Math.max(1, most - 1)));
}
