import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

import { usePalette } from './palette.ts';
import { useWidth } from './use-width.ts';

export interface PlotSeries {
  readonly label: string;
  readonly colour: string;
  /** One for each time; `null` where nothing is known. */
  readonly values: readonly (number | null)[];
  readonly shape?: 'line' | 'steps' | 'bars' | 'points';
  readonly isDashed?: boolean;
}

/** A moment that matters, as an upright line. */
export interface PlotMark {
  readonly atMs: number;
  readonly label: string;
  readonly colour: string;
}

export interface PlotProps {
  /** What it shows, for those who cannot see it; a table beside it has the numbers. */
  readonly label: string;
  /** Times in milliseconds, ascending; or numbers where `nameOf` says what each is. */
  readonly xs: readonly number[];
  /** Names an x that is not a time. */
  readonly nameOf?: (x: number) => string;
  readonly series: readonly PlotSeries[];
  readonly marks?: readonly PlotMark[];
  readonly format: (value: number) => string;
}

const HEIGHT = 240;
/** One list for all renders: a new one in each would rebuild the plot. */
const NO_MARKS: readonly PlotMark[] = [];

/** Lines, steps or bars over time. */
export function TimePlot({ label, xs, nameOf, series, marks = NO_MARKS, format }: PlotProps): JSX.Element {
  const { ref, width } = useWidth<HTMLDivElement>();
  const holder = useRef<HTMLDivElement>(null);
  const palette = usePalette();
  useEffect(() => {
    if (holder.current === null || width === 0) return undefined;
    const isTime = nameOf === undefined;
    const axis = { stroke: palette.muted, grid: { stroke: palette.line, width: 1 }, ticks: { stroke: palette.line } };
    const nameAt = (x: number): string => nameOf?.(x) ?? '';
    const plot = new uPlot(
      {
        width,
        height: HEIGHT,
        ms: 1,
        tzDate: (atMs) => uPlot.tzDate(new Date(atMs), 'Etc/UTC'),
        cursor: { drag: { x: isTime, y: false } },
        scales: {
          x: {
            time: isTime,
            ...(isTime
              ? { range: (_plot, min, max) => [min, Math.max(max, ...marks.map(({ atMs }) => atMs))] }
              : { range: (_plot, min, max) => [min - 0.6, max + 0.6] }),
          },
          y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.08 : 1] },
        },
        axes: [
          {
            ...axis,
            ...(isTime
              ? { values: (_plot: uPlot, splits: number[]) => splits.map(clockAt) }
              : {
                  splits: () => xs.filter((_, place) => place % Math.ceil((xs.length * 56) / width) === 0),
                  values: (_plot: uPlot, splits: number[]) => splits.map(nameAt),
                }),
          },
          { ...axis, size: 84, values: (_plot, splits) => splits.map(format) },
        ],
        series: [
          isTime
            ? { label: 'Time', value: '{YYYY}-{MM}-{DD} {HH}:{mm}:{ss}' }
            : { label: '', value: (_plot, x: number | null) => (x === null ? '–' : nameAt(x)) },
          ...series.map((each) => uplotSeries(each, format)),
        ],
        hooks: { draw: [(drawn) => drawMarks(drawn, marks)] },
      },
      [[...xs], ...series.map(({ values }) => [...values])],
      holder.current,
    );
    return () => plot.destroy();
  }, [width, palette, xs, series, marks]);
  return (
    <figure ref={ref}>
      <div ref={holder} role="img" aria-label={label} />
    </figure>
  );
}

/** `13:05`, with seconds where they matter, in UTC. */
function clockAt(atMs: number): string {
  const clock = new Date(atMs).toISOString().slice(11, 19);
  return clock.endsWith(':00') ? clock.slice(0, 5) : clock;
}

function uplotSeries(
  { label, colour, shape = 'line', isDashed = false }: PlotSeries,
  format: (value: number) => string,
): uPlot.Series {
  const paths =
    shape === 'steps'
      ? uPlot.paths.stepped?.({ align: 1 })
      : shape === 'bars'
        ? uPlot.paths.bars?.({ size: [0.7, 48] })
        : shape === 'points'
          ? () => null
          : undefined;
  return {
    label,
    stroke: colour,
    width: shape === 'bars' ? 0 : 2,
    value: (_plot, value: number | null) => (value === null ? '–' : format(value)),
    points: shape === 'points' ? { show: true, size: 9, fill: colour } : { show: false },
    ...(paths === undefined ? {} : { paths }),
    ...(isDashed ? { dash: [6, 5] } : {}),
    ...(shape === 'bars' ? { fill: colour } : {}),
    spanGaps: isDashed,
  };
}

function drawMarks(plot: uPlot, marks: readonly PlotMark[]): void {
  const { ctx, bbox } = plot;
  for (const { atMs, label, colour } of marks) {
    const x = Math.round(plot.valToPos(atMs, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.fillStyle = colour;
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
    const isRight = x > bbox.left + bbox.width / 2;
    ctx.textAlign = isRight ? 'right' : 'left';
    ctx.fillText(label, x + (isRight ? -6 : 6) * devicePixelRatio, bbox.top + 14 * devicePixelRatio);
    ctx.restore();
  }
}
