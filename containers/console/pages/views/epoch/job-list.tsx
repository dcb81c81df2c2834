import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';

import { formatDuration } from '../../../../terminal/format-duration.ts';
import { shownDigits } from '../../data/job-id.ts';
import type { JobTree, TreeJob } from '../../data/job-tree.ts';
import { Circuit } from '../../parts/circuit.tsx';
import { Panel } from '../../parts/panel.tsx';
import { State } from '../../parts/state.tsx';
import { Table } from '../../parts/table.tsx';
import { formatCount, plural } from '../../text/format.ts';
import { type JobStanding, STANDINGS, wordOf } from '../../text/standing.ts';

const ROWS = 15;
/** What needs attention comes first. */
const ORDER: readonly JobStanding[] = ['rejected', 'running', 'waiting', 'proven', 'cancelled', 'unasked'];

/** The jobs in words: what the map shows, for keyboards and screen readers, and for finding one. */
export function JobList({
  tree,
  openedAtMs,
  nowMs,
  onSelect,
}: {
  readonly tree: JobTree;
  readonly openedAtMs: number;
  readonly nowMs: number;
  readonly onSelect: (job: number) => void;
}): JSX.Element {
  const [standing, setStanding] = useState('');
  const [level, setLevel] = useState('');
  const [text, setText] = useState('');
  const [shown, setShown] = useState(ROWS);
  const found = useMemo(() => findJobs(tree, standing, level, text), [tree, standing, level, text]);
  const narrow = (change: () => void): void => {
    change();
    setShown(ROWS);
  };
  return (
    <Panel title="Jobs" note={plural(found.length, 'job')}>
      <div class="filters">
        <label>
          state
          <select value={standing} onChange={({ currentTarget }) => narrow(() => setStanding(currentTarget.value))}>
            <option value="">any</option>
            {STANDINGS.filter((candidate) => candidate !== 'unasked').map((candidate) => (
              <option key={candidate} value={candidate}>
                {wordOf(candidate)}
              </option>
            ))}
          </select>
        </label>
        <label>
          level
          <select value={level} onChange={({ currentTarget }) => narrow(() => setLevel(currentTarget.value))}>
            <option value="">any</option>
            {tree.levels.map(({ name }, place) => (
              <option key={name} value={String(place)}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          circuit, agent or digits of the id
          <input
            type="search"
            value={text}
            onInput={({ currentTarget }) => narrow(() => setText(currentTarget.value))}
          />
        </label>
      </div>
      <Table
        caption="Jobs of the epoch"
        columns={[{ title: 'job' }, { title: 'state' }, { title: 'agent' }, { title: 'took', isNumber: true }]}
        rows={found.slice(0, shown).map((job) => ({
          key: job.index,
          cells: [
            <button type="button" class="link" onClick={() => onSelect(job.index)}>
              <Circuit name={job.circuit} /> <span class="muted">{shownDigits(job.hash)}</span>
            </button>,
            <>
              <State standing={job.standing} />
              {job.lostAttempts > 0 && <p class="busy">{plural(job.lostAttempts, 'attempt')} lost</p>}
            </>,
            job.agent ?? '–',
            tookOf(job, nowMs - openedAtMs),
          ],
        }))}
      />
      {found.length > shown && (
        <p>
          <button type="button" onClick={() => setShown(shown + 4 * ROWS)}>
            Show more of {formatCount(found.length)}
          </button>
        </p>
      )}
    </Panel>
  );
}

function findJobs({ jobs }: JobTree, standing: string, level: string, text: string): readonly TreeJob[] {
  const wanted = text.trim().toLowerCase();
  return jobs
    .filter(
      (job) =>
        (standing === '' || job.standing === standing) &&
        (level === '' || String(job.level) === level) &&
        (wanted === '' || [job.circuit, job.agent ?? '', job.hash].some((part) => part.toLowerCase().includes(wanted))),
    )
    .toSorted(
      (a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing) || b.level - a.level || a.index - b.index,
    );
}

function tookOf(
  { standing, claimedMs, settledMs, usualSeconds }: TreeJob,
  nowSinceOpenedMs: number,
): JSX.Element | string {
  if (claimedMs === undefined) return '–';
  const took = settledMs === undefined ? nowSinceOpenedMs - claimedMs : settledMs - claimedMs;
  return (
    <>
      {formatDuration(took)}
      {standing === 'running' && <p class="muted">usually {formatDuration(1000 * usualSeconds)}</p>}
    </>
  );
}
