import type { JobTree } from '../data/job-tree.ts';

/** Where a cell is, in pixels. */
export interface Cell {
  readonly x: number;
  readonly y: number;
}

export interface LevelBand {
  readonly level: number;
  /** Of its label's base line. */
  readonly labelY: number;
}

/** A level map: one band for each level, the root at the top, one cell for each job. */
export interface TreeLayout {
  readonly width: number;
  readonly height: number;
  /** Of a cell, with the gap to the next. */
  readonly pitch: number;
  readonly cellSize: number;
  /** By index of the job. */
  readonly cells: readonly (Cell | undefined)[];
  /** Cells of jobs that are still to be asked for. */
  readonly unasked: readonly Cell[];
  /** From top to bottom. */
  readonly bands: readonly LevelBand[];
  /** Whether every level has one row, so that edges can be drawn. */
  readonly hasEdges: boolean;
}

const PITCHES = [26, 22, 18, 15, 13, 11, 9, 8, 7, 6, 5];
const SMALLEST_PITCH = 4;
const LABEL_HEIGHT = 18;
const BAND_GAP = 8;
/** Between two levels when there are edges between them. */
const EDGE_GAP = 16;
const MOST_EDGES = 400;

/**
 * Lays the tree out in cells as large as fit.
 * @param width in pixels
 * @param mostHeight is kept unless the smallest cells are too many for it
 */
export function layOutTree({ jobs, levels }: JobTree, width: number, mostHeight: number): TreeLayout {
  const counts = levels.map((level) => level.jobs.length + level.unasked);
  const perRow = (pitch: number): number => Math.max(1, Math.floor(width / pitch));
  const rowsOf = (count: number, pitch: number): number => Math.max(1, Math.ceil(count / perRow(pitch)));
  const heightAt = (pitch: number): number =>
    counts.reduce((sum, count) => sum + rowsOf(count, pitch) * pitch + LABEL_HEIGHT + BAND_GAP, 0);
  const pitch = PITCHES.find((candidate) => heightAt(candidate) <= mostHeight) ?? SMALLEST_PITCH;
  const columns = perRow(pitch);
  const hasEdges = jobs.length <= MOST_EDGES && counts.every((count) => count <= columns);
  const gap = hasEdges ? EDGE_GAP : BAND_GAP;

  const cells = Array<Cell | undefined>(jobs.length).fill(undefined);
  const unasked: Cell[] = [];
  const bands: LevelBand[] = [];
  let y = 0;
  for (let level = levels.length - 1; level >= 0; level -= 1) {
    const { jobs: ofLevel = [] } = levels[level] ?? {};
    const count = counts[level] ?? 0;
    const top = y + LABEL_HEIGHT;
    // A level of one row stands above the middle of those below it.
    const left = hasEdges ? Math.floor((width - count * pitch) / 2) : 0;
    for (let place = 0; place < count; place += 1) {
      const cell = {
        x: left + (place % columns) * pitch,
        y: top + Math.floor(place / columns) * pitch,
      };
      const job = ofLevel[place];
      if (job === undefined) unasked.push(cell);
      else cells[job] = cell;
    }
    bands.push({ level, labelY: top - 6 });
    y = top + rowsOf(count, pitch) * pitch + gap;
  }
  return { width, height: Math.max(0, y - gap), pitch, cellSize: cellSizeOf(pitch), cells, unasked, bands, hasEdges };
}

function cellSizeOf(pitch: number): number {
  return pitch >= 13 ? pitch - 4 : pitch >= 7 ? pitch - 2 : pitch - 1;
}

/** The job whose cell is at a point. */
export function jobAt({ cells, pitch }: TreeLayout, x: number, y: number): number | undefined {
  const found = cells.findIndex(
    (cell) => cell !== undefined && x >= cell.x && x < cell.x + pitch && y >= cell.y && y < cell.y + pitch,
  );
  return found < 0 ? undefined : found;
}
