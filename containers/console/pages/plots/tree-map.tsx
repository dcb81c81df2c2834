import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { shownDigits } from '../data/job-id.ts';
import type { JobTree } from '../data/job-tree.ts';
import { wordOf } from '../text/standing.ts';
import { drawTree } from './draw-tree.ts';
import { prepareCanvas } from './prepare-canvas.ts';
import { usePalette } from './palette.ts';
import { jobAt, layOutTree } from './tree-layout.ts';
import { useWidth } from './use-width.ts';

const MOST_HEIGHT = 520;

/**
 * The merge tree as a level map. Arrow keys move along a level, up to the parent and down to the first child; Enter opens the
 * job's story. The list of jobs beside it has the same in words.
 */
export function TreeMap({
  tree,
  selected,
  onSelect,
}: {
  readonly tree: JobTree;
  readonly selected: number | undefined;
  readonly onSelect: (job: number) => void;
}): JSX.Element {
  const { ref, width } = useWidth<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const palette = usePalette();
  const [pointed, setPointed] = useState<number>();
  const layout = useMemo(() => layOutTree(tree, width, MOST_HEIGHT), [tree, width]);
  const marked = pointed ?? selected;

  useEffect(() => {
    if (canvas.current === null || width === 0) return;
    const context = prepareCanvas(canvas.current, layout.width, layout.height);
    if (context !== undefined) drawTree(context, tree, layout, palette, marked);
  }, [tree, layout, palette, marked, width]);

  const jobUnder = (event: MouseEvent): number | undefined => jobAt(layout, event.offsetX, event.offsetY);
  const press = (event: KeyboardEvent): void => {
    const at = marked ?? tree.levels.findLast(({ jobs }) => jobs.length > 0)?.jobs[0];
    if (at === undefined) return;
    if (event.key === 'Enter') onSelect(at);
    else if (event.key === 'Escape') setPointed(undefined);
    else if (marked === undefined && event.key.startsWith('Arrow')) setPointed(at);
    else {
      const next = neighbour(tree, at, event.key);
      if (next === undefined) return;
      setPointed(next);
    }
    event.preventDefault();
  };
  return (
    <div>
      <div class="map" ref={ref}>
        <canvas
          ref={canvas}
          role="application"
          aria-label="Merge tree: arrow keys move between jobs, Enter opens the story of one"
          tabIndex={0}
          onKeyDown={press}
          onBlur={() => setPointed(undefined)}
          onMouseMove={(event) => setPointed(jobUnder(event))}
          onMouseLeave={() => setPointed(undefined)}
          onClick={(event) => {
            const job = jobUnder(event);
            if (job !== undefined) onSelect(job);
          }}
        />
      </div>
      <p class="pointed muted" aria-live="polite">
        {marked === undefined ? 'Point at a job, or use the arrow keys.' : describe(tree, marked)}
      </p>
    </div>
  );
}

function neighbour({ levels, jobs, childrenOf, parentsOf }: JobTree, job: number, key: string): number | undefined {
  const ofLevel = levels[jobs[job]?.level ?? 0]?.jobs ?? [];
  const place = ofLevel.indexOf(job);
  switch (key) {
    case 'ArrowLeft':
      return ofLevel[place - 1];
    case 'ArrowRight':
      return ofLevel[place + 1];
    case 'ArrowUp':
      return parentsOf(job)[0];
    case 'ArrowDown':
      return childrenOf(job)[0];
    case 'Home':
      return ofLevel[0];
    case 'End':
      return ofLevel.at(-1);
    default:
      return undefined;
  }
}

function describe({ jobs }: JobTree, index: number): string {
  const job = jobs[index];
  if (job === undefined) return '';
  const by = job.agent === undefined ? '' : ` by ${job.agent}`;
  return `${job.circuit} ${shownDigits(job.hash)}, ${wordOf(job.standing)}${by}`;
}
