import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';

import type { EpochDetails } from '../../../api/epoch.ts';
import type { EpochJobs } from '../../../api/epoch-jobs.ts';
import { splitJobId } from '../../data/job-id.ts';
import { type JobTree, jobTreeOf } from '../../data/job-tree.ts';
import { usePolled } from '../../data/polled.ts';
import { epochPath, navigate } from '../../data/route.ts';
import { Panel } from '../../parts/panel.tsx';
import { Resource } from '../../parts/resource.tsx';
import { State } from '../../parts/state.tsx';
import { TreeMap } from '../../plots/tree-map.tsx';
import { plural } from '../../text/format.ts';
import { STANDINGS } from '../../text/standing.ts';
import { EpochTimeline } from './epoch-timeline.tsx';
import { JobList } from './job-list.tsx';
import { JobStoryPanel } from './job-story-panel.tsx';
import { WorkLeft } from './work-left.tsx';

/** The merge tree as a map and as a list, the story of one job, and the plots that are made of the same jobs. */
export function EpochTree({
  details,
  job,
  nowMs,
}: {
  readonly details: EpochDetails;
  /** The id of the job whose story is open, or its beginning. */
  readonly job: string | undefined;
  readonly nowMs: number;
}): JSX.Element {
  const { id } = details.epoch;
  const polled = usePolled<EpochJobs>(`/api/epochs/${encodeURIComponent(id)}/jobs`);
  const { value } = polled;
  const tree = useMemo(() => value && jobTreeOf(value), [value]);
  return (
    <Resource polled={polled} what="the jobs">
      {(read) => tree && <Tree details={details} read={read} tree={tree} job={job} nowMs={nowMs} />}
    </Resource>
  );
}

function Tree({
  details,
  read,
  tree,
  job,
  nowMs,
}: {
  readonly details: EpochDetails;
  readonly read: EpochJobs;
  readonly tree: JobTree;
  readonly job: string | undefined;
  readonly nowMs: number;
}): JSX.Element {
  const { id } = details.epoch;
  const selected = useMemo(() => indexOf(tree, job), [tree, job]);
  // A job that is opened from the map or the list takes the keyboard along; one from the address does not.
  const [isFollowed, setFollowed] = useState(false);
  const select = (index: number): void => {
    const { circuit, hash } = tree.jobs[index] ?? { circuit: '', hash: '' };
    setFollowed(true);
    navigate(epochPath(id, `${id}:${circuit}:${hash}`), { replace: job !== undefined });
  };
  const leftOut = read.jobsLeftOut === 0 ? '' : `; ${plural(read.jobsLeftOut, 'job')} of removed checkpoints left out`;
  return (
    <>
      <div class="side-by-side tree">
        <Panel title="Merge tree" note={`${plural(tree.jobs.length, 'job')}, the root at the top${leftOut}`}>
          <ul class="legend" aria-label="Colours">
            {STANDINGS.map((standing) => (
              <li key={standing}>
                <State standing={standing} />
              </li>
            ))}
          </ul>
          <TreeMap tree={tree} selected={selected} onSelect={select} />
        </Panel>
        {job === undefined ? (
          <JobList tree={tree} openedAtMs={read.openedAtMs} nowMs={nowMs} onSelect={select} />
        ) : (
          <JobStoryPanel
            key={job}
            job={job}
            nowMs={nowMs}
            takesFocus={isFollowed}
            onClose={() => navigate(epochPath(id))}
          />
        )}
      </div>
      <WorkLeft details={details} jobs={read} />
      <EpochTimeline tree={tree} jobs={read} endedAtMs={details.epoch.rootAtMs ?? details.epoch.closedAtMs} />
    </>
  );
}

/** The place of a job by its id `<epoch id>:<circuit>:<hash>`, of whose hash the list has the beginning. */
function indexOf({ jobs }: JobTree, job: string | undefined): number | undefined {
  if (job === undefined) return undefined;
  const { circuit, hash } = splitJobId(job);
  return jobs.find((known) => known.circuit === circuit && hash.startsWith(known.hash))?.index;
}
