import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { formatDuration } from '../../../../terminal/format-duration.ts';
import type { JobStory } from '../../../api/job.ts';
import { shownDigits, splitJobId } from '../../data/job-id.ts';
import { usePolled } from '../../data/polled.ts';
import { epochPath } from '../../data/route.ts';
import { Link } from '../../parts/link.tsx';
import { Resource } from '../../parts/resource.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { formatBytes, formatDistance, plural } from '../../text/format.ts';
import { standingOf } from '../../text/standing.ts';

/** All that happened to a job, and its place in the tree. */
export function JobStoryPanel({
  job,
  nowMs,
  takesFocus,
  onClose,
}: {
  readonly job: string;
  readonly nowMs: number;
  readonly takesFocus: boolean;
  readonly onClose: () => void;
}): JSX.Element {
  const story = usePolled<JobStory>(`/api/jobs/${encodeURIComponent(job)}`);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus) heading.current?.focus();
  }, [takesFocus]);
  return (
    <section class="panel" aria-labelledby="job-story">
      <header>
        <h2 id="job-story" ref={heading} tabIndex={-1}>
          {splitJobId(job).circuit}
        </h2>
        <button type="button" onClick={onClose}>
          Back to the list of jobs
        </button>
      </header>
      <Resource polled={story} what="the job">
        {(read) => <Story story={read} nowMs={nowMs} />}
      </Resource>
    </section>
  );
}

function Story({ story, nowMs }: { readonly story: JobStory; readonly nowMs: number }): JSX.Element {
  const { jobId, state, level, pool, lane, usualSeconds, inputsBytes, proofBytes, lostAttempts, reason } = story;
  const { children, above } = story;
  return (
    <>
      <p>
        <State standing={standingOf(state)} />{' '}
        <span class="muted">
          in {level}, pool {pool}, lane {lane}
        </span>
      </p>
      <ol class="events" aria-label="What happened">
        {eventsOf(story, nowMs).map(({ atMs, text }) => (
          <li key={`${atMs} ${text}`}>
            <Time atMs={atMs} nowMs={nowMs} /> {text}
          </li>
        ))}
      </ol>
      {lostAttempts.length > 0 && (
        <ul aria-label="Lost attempts">
          {lostAttempts.map(({ cause, attempts, agentIds }) => (
            <li key={cause} class="busy">
              {plural(attempts, 'attempt')} lost: {cause}
              {agentIds.length > 0 && `, by ${agentIds.join(', ')}`}
            </li>
          ))}
        </ul>
      )}
      {reason !== undefined && <p class={state === 'rejected' ? 'bad' : undefined}>{reason}</p>}
      <dl class="facts">
        <dt>usually takes</dt>
        <dd>{formatDuration(1000 * usualSeconds)}</dd>
        <dt>inputs</dt>
        <dd>{formatBytes(inputsBytes)}</dd>
        {proofBytes !== undefined && (
          <>
            <dt>proof</dt>
            <dd>{formatBytes(proofBytes)}</dd>
          </>
        )}
        <dt>id</dt>
        <dd>
          <code>{jobId}</code>
        </dd>
      </dl>
      <Relatives title="Takes the proofs of" relatives={children} epoch={story.epochId} />
      <Relatives title="Leads to the root by" relatives={above} epoch={story.epochId} />
    </>
  );
}

interface Event {
  readonly atMs: number;
  readonly text: string;
}

function eventsOf(story: JobStory, nowMs: number): readonly Event[] {
  const {
    recordedAtMs,
    enqueuedAtMs,
    claimedAtMs,
    settledAtMs,
    provenBy,
    provingMs,
    state,
    lease,
    straggler,
    copyAskedAtMs,
  } = story;
  const events: Event[] = [{ atMs: recordedAtMs, text: 'asked for by the node' }];
  if (enqueuedAtMs !== undefined) events.push({ atMs: enqueuedAtMs, text: 'put in the queue' });
  if (straggler !== undefined) {
    events.push({
      atMs: straggler.claimedAtMs,
      text: `claimed by ${straggler.agentId}, which goes on beside a second copy`,
    });
  }
  if (copyAskedAtMs !== undefined)
    events.push({ atMs: copyAskedAtMs, text: 'so slow that a second copy was asked for' });
  if (state === 'leased' && lease !== undefined) {
    const waited = formatDuration(lease.claimedAtMs - recordedAtMs);
    events.push({ atMs: lease.claimedAtMs, text: `claimed by ${lease.agentId}, ${waited} after it was asked for` });
    events.push({
      atMs: nowMs,
      text: `running for ${formatDuration(nowMs - lease.claimedAtMs)}; without a heartbeat the lease ends ${formatDistance(lease.expiresAtMs, nowMs)}`,
    });
  }
  if (claimedAtMs !== undefined && provenBy !== undefined) {
    const waited = formatDuration(claimedAtMs - recordedAtMs);
    events.push({ atMs: claimedAtMs, text: `claimed by ${provenBy}, ${waited} after it was asked for` });
  }
  if (settledAtMs !== undefined)
    events.push({ atMs: settledAtMs, text: settlementOf(state, claimedAtMs, settledAtMs, provingMs) });
  return events.toSorted((a, b) => a.atMs - b.atMs);
}

function settlementOf(
  state: JobStory['state'],
  claimedAtMs: number | undefined,
  settledAtMs: number,
  provingMs: number | undefined,
): string {
  const held = claimedAtMs === undefined ? '' : ` after ${formatDuration(settledAtMs - claimedAtMs)}`;
  const proving = provingMs === undefined ? '' : `, ${formatDuration(provingMs)} of it in the prover`;
  return state === 'proven' ? `proven${held}${proving}` : state;
}

function Relatives({
  title,
  relatives,
  epoch,
}: {
  readonly title: string;
  readonly relatives: JobStory['children'];
  readonly epoch: string;
}): JSX.Element | null {
  if (relatives.length === 0) return null;
  return (
    <div>
      <h3>{title}</h3>
      <ul>
        {relatives.map(({ jobId, circuit, state }) => (
          <li key={jobId}>
            <State standing={standingOf(state)} /> <Link to={epochPath(epoch, jobId)}>{circuit}</Link>{' '}
            <span class="muted">{shownDigits(splitJobId(jobId).hash)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
