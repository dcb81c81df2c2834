import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { formatDuration } from '../../../terminal/format-duration.ts';
import type { AgentRow, TimelineBar } from '../data/agent-rows.ts';
import { shownDigits } from '../data/job-id.ts';
import { plural } from '../text/format.ts';
import { colourOfLevel, type Palette, usePalette } from './palette.ts';
import { prepareCanvas } from './prepare-canvas.ts';
import { ticksOf } from './ticks.ts';
import { useWidth } from './use-width.ts';

const AXIS_HEIGHT = 22;
const LABEL_WIDTH = 120;
/** On a narrow screen the names of agents stand above the plot's left edge, shorter. */
const NARROW = 560;
const NARROW_LABEL_WIDTH = 64;

/** What each agent proved when: a row for each, a bar for each job, from its claim to its settlement. */
export function AgentTimeline({
  rows,
  levelCount,
  untilMs,
}: {
  readonly rows: readonly AgentRow[];
  readonly levelCount: number;
  /** The end of the time shown, since the epoch was opened. */
  readonly untilMs: number;
}): JSX.Element {
  const { ref, width } = useWidth<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const palette = usePalette();
  const [pointed, setPointed] = useState<TimelineBar>();
  const geometry = geometryOf(rows, width, untilMs);

  useEffect(() => {
    if (canvas.current === null || width === 0) return;
    const context = prepareCanvas(canvas.current, width, geometry.height);
    if (context !== undefined) drawTimeline(context, rows, levelCount, geometry, palette);
  }, [rows, levelCount, untilMs, width, palette]);

  const point = (event: MouseEvent): void => {
    const row = rows[Math.floor(event.offsetY / geometry.rowHeight)];
    const atMs = ((event.offsetX - geometry.left) / geometry.span) * untilMs;
    setPointed(row?.bars.find(({ fromMs, untilMs: end }) => atMs >= fromMs && atMs <= end));
  };
  return (
    <div>
      <div class="map" ref={ref} role="group" aria-label="Timeline, which scrolls" tabIndex={0}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={`Timeline of ${plural(rows.length, 'agent')} over ${formatDuration(untilMs)}; the table below has it in numbers`}
          onMouseMove={point}
          onMouseLeave={() => setPointed(undefined)}
        />
      </div>
      <p class="muted">{pointed === undefined ? 'Point at a bar for its job.' : describe(pointed)}</p>
    </div>
  );
}

function describe({ job, fromMs, untilMs }: TimelineBar): string {
  return `${job.circuit} ${shownDigits(job.hash)}: ${formatDuration(untilMs - fromMs)}, from ${formatDuration(fromMs)} to ${formatDuration(untilMs)} after the epoch was opened`;
}

interface Geometry {
  readonly rowHeight: number;
  readonly left: number;
  /** Pixels of the whole time. */
  readonly span: number;
  readonly height: number;
  readonly untilMs: number;
}

function geometryOf(rows: readonly AgentRow[], width: number, untilMs: number): Geometry {
  const rowHeight = rows.length <= 16 ? 20 : rows.length <= 60 ? 12 : 6;
  const left = width < NARROW ? NARROW_LABEL_WIDTH : LABEL_WIDTH;
  return {
    rowHeight,
    left,
    span: Math.max(1, width - left - 8),
    height: rows.length * rowHeight + AXIS_HEIGHT,
    untilMs,
  };
}

function drawTimeline(
  context: CanvasRenderingContext2D,
  rows: readonly AgentRow[],
  levelCount: number,
  { rowHeight, left, span, height, untilMs }: Geometry,
  palette: Palette,
): void {
  const xOf = (atMs: number): number => left + (Math.max(0, atMs) / Math.max(1, untilMs)) * span;
  context.font = `${Math.min(12, rowHeight)}px system-ui, sans-serif`;
  context.strokeStyle = palette.line;
  context.fillStyle = palette.muted;
  for (const atMs of ticksOf(untilMs, Math.max(2, Math.floor(span / 90)))) {
    const x = Math.round(xOf(atMs)) + 0.5;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, height - AXIS_HEIGHT);
    context.stroke();
    context.font = '12px system-ui, sans-serif';
    context.textAlign = atMs === 0 ? 'left' : 'center';
    context.fillText(formatDuration(atMs), x, height - 6);
  }
  context.textAlign = 'left';
  rows.forEach(({ agent, bars }, row) => {
    const y = row * rowHeight;
    if (rowHeight >= 12) {
      context.fillStyle = palette.text;
      context.font = `${rowHeight >= 20 ? 12 : 10}px system-ui, sans-serif`;
      context.fillText(shorten(context, agent, left - 8), 0, y + rowHeight - (rowHeight >= 20 ? 6 : 2));
    }
    for (const { job, fromMs, untilMs: end } of bars) {
      context.fillStyle = job.standing === 'running' ? palette.running : colourOfLevel(job.level, levelCount);
      const x = xOf(fromMs);
      context.fillRect(x, y + 1, Math.max(1, xOf(end) - x - 0.5), rowHeight - 2);
    }
  });
}

function shorten(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let end = text.length - 1;
  while (end > 1 && context.measureText(`…${text.slice(-end)}`).width > width) end -= 1;
  return `…${text.slice(-end)}`;
}
