import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';

import type { ScalingDecision } from '../../../api/decisions.ts';
import { colourOfLevel } from '../../plots/palette.ts';
import { type PlotSeries, TimePlot } from '../../plots/time-plot.tsx';
import { formatCount, plural } from '../../text/format.ts';

/** Agents of each pool, as the scaler saw and ordered them. The list of decisions below has it in numbers. */
export function AgentsPlot({ decisions }: { readonly decisions: readonly ScalingDecision[] }): JSX.Element {
  const { xs, series, most } = useMemo(() => plotOf(decisions), [decisions]);
  return (
    <TimePlot
      label={`Agents by pool over ${plural(decisions.length, 'decision')}, at most ${most} running`}
      xs={xs}
      series={series}
      format={(value) => (Number.isInteger(value) ? formatCount(value) : '')}
    />
  );
}

function plotOf(decisions: readonly ScalingDecision[]): {
  readonly xs: readonly number[];
  readonly series: readonly PlotSeries[];
  readonly most: number;
} {
  const ordered = decisions.toSorted((a, b) => a.atMs - b.atMs);
  const pools = [...new Set(ordered.flatMap((decision) => decision.pools.map(({ pool }) => pool)))];
  const series = pools.flatMap((pool, place): PlotSeries[] => {
    const colour = colourOfLevel(place, Math.max(2, pools.length));
    const of = (value: (decided: ScalingDecision['pools'][number]) => number): (number | null)[] =>
      ordered.map((decision) => {
        const decided = decision.pools.find((candidate) => candidate.pool === pool);
        return decided === undefined ? null : value(decided);
      });
    return [
      { label: pool, colour, shape: 'steps', values: of(({ running }) => running) },
      {
        label: `${pool}, ordered`,
        colour,
        shape: 'steps',
        isDashed: true,
        values: of(({ spot, onDemand }) => spot + onDemand),
      },
    ];
  });
  const most = Math.max(0, ...ordered.map((decision) => decision.pools.reduce((sum, { running }) => sum + running, 0)));
  return { xs: ordered.map(({ atMs }) => atMs), series, most };
}
