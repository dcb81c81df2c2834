import { type JobTree, pathUp } from '../data/job-tree.ts';
import { formatCount } from '../text/format.ts';
import type { JobStanding } from '../text/standing.ts';
import type { Palette } from './palette.ts';
import type { Cell, TreeLayout } from './tree-layout.ts';

/** Draws the level map. Outlines the marked job, its path to the root and its children. */
export function drawTree(
  context: CanvasRenderingContext2D,
  tree: JobTree,
  layout: TreeLayout,
  palette: Palette,
  marked: number | undefined,
): void {
  const { cells, cellSize, unasked, bands, hasEdges } = layout;
  if (hasEdges) {
    context.strokeStyle = palette.line;
    context.lineWidth = 1;
    drawEdges(
      context,
      layout,
      tree.jobs.flatMap(({ index }) => tree.parentsOf(index).map((parent): Edge => [index, parent])),
    );
  }
  context.fillStyle = palette.unasked;
  for (const { x, y } of unasked) context.fillRect(x, y, cellSize, cellSize);
  const byStanding = Map.groupBy(tree.jobs, ({ standing }): JobStanding => standing);
  for (const [standing, jobs] of byStanding) {
    context.fillStyle = palette[standing];
    for (const { index } of jobs) {
      const cell = cells[index];
      if (cell !== undefined) context.fillRect(cell.x, cell.y, cellSize, cellSize);
    }
  }
  context.fillStyle = palette.muted;
  context.font = '12px system-ui, sans-serif';
  for (const { level, labelY } of bands) context.fillText(labelOf(tree, level), 0, labelY);
  if (marked !== undefined) drawMark(context, tree, layout, palette, marked);
}

type Edge = readonly [child: number, parent: number];

function drawEdges(context: CanvasRenderingContext2D, { cells, cellSize }: TreeLayout, edges: readonly Edge[]): void {
  context.beginPath();
  for (const [child, parent] of edges) {
    const [below, above] = [cells[child], cells[parent]];
    if (below === undefined || above === undefined) continue;
    context.moveTo(below.x + cellSize / 2, below.y);
    context.lineTo(above.x + cellSize / 2, above.y + cellSize);
  }
  context.stroke();
}

function drawMark(
  context: CanvasRenderingContext2D,
  tree: JobTree,
  layout: TreeLayout,
  palette: Palette,
  marked: number,
): void {
  const path = pathUp(tree, marked);
  const children = tree.childrenOf(marked);
  context.strokeStyle = palette.accent;
  context.lineWidth = 1.5;
  drawEdges(context, layout, [
    ...path.slice(1).map((parent, place): Edge => [path[place] as number, parent]),
    ...children.map((child): Edge => [child, marked]),
  ]);
  const outline = (cell: Cell | undefined, width: number): void => {
    if (cell === undefined) return;
    context.lineWidth = width;
    context.strokeRect(cell.x - width / 2, cell.y - width / 2, layout.cellSize + width, layout.cellSize + width);
  };
  for (const job of [...path, ...children]) outline(layout.cells[job], 1.5);
  context.strokeStyle = palette.text;
  outline(layout.cells[marked], 2);
}

/** `checkpoint roots: 3 of 6 proven`. */
function labelOf({ levels, jobs }: JobTree, level: number): string {
  const { name = '', jobs: ofLevel = [], unasked = 0 } = levels[level] ?? {};
  const proven = ofLevel.filter((job) => jobs[job]?.standing === 'proven').length;
  return `${name}: ${formatCount(proven)} of ${formatCount(ofLevel.length + unasked)} proven`;
}
