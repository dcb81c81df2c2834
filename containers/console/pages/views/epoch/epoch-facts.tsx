import type { ComponentChildren, JSX } from 'preact';

import { formatDuration } from '../../../../terminal/format-duration.ts';
import type { EpochDetails } from '../../../api/epoch.ts';
import { FinishScale } from '../../parts/finish-scale.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ProgressBar } from '../../parts/progress-bar.tsx';
import { Table } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { describePrediction } from '../../text/describe-prediction.ts';
import { describeProgress } from '../../text/describe-progress.ts';
import { formatCount, formatDistance } from '../../text/format.ts';

/** How far it is: finish against deadline, jobs by level, the way to L1. */
export function EpochFacts({
  details,
  nowMs,
}: {
  readonly details: EpochDetails;
  readonly nowMs: number;
}): JSX.Element {
  const { epoch, levels } = details;
  return (
    <Panel title="Progress" note={describeProgress(epoch.jobs)}>
      <FinishScale epoch={epoch} nowMs={nowMs} />
      <dl class="facts">
        {factsOf(details, nowMs).map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
      <Table
        caption="Jobs by level, the root first"
        columns={[
          { title: 'level' },
          { title: 'progress' },
          { title: 'proven', isNumber: true },
          { title: 'running', isNumber: true },
          { title: 'waiting', isNumber: true },
          { title: 'of', isNumber: true },
        ]}
        rows={levels.toReversed().map((counts) => ({
          key: counts.level,
          cells: [
            counts.level,
            <ProgressBar counts={counts} />,
            formatCount(counts.done),
            formatCount(counts.running),
            counts.rejected > 0 ? (
              <>
                {formatCount(counts.waiting)}, <strong class="bad">{formatCount(counts.rejected)} rejected</strong>
              </>
            ) : (
              formatCount(counts.waiting)
            ),
            formatCount(counts.expected),
          ],
        }))}
      />
    </Panel>
  );
}

function factsOf(
  { epoch, submission, rejected }: EpochDetails,
  nowMs: number,
): readonly (readonly [string, ComponentChildren])[] {
  const {
    prediction,
    deadlineAtMs,
    openedAtMs,
    rootAtMs,
    closedAtMs,
    state,
    firstCheckpoint,
    lastCheckpoint,
    attempt,
  } = epoch;
  const moment = (atMs: number): ComponentChildren => (
    <>
      <Time atMs={atMs} nowMs={nowMs} />, {formatDistance(atMs, nowMs)}
    </>
  );
  const after = (atMs: number): ComponentChildren => (
    <>
      <Time atMs={atMs} nowMs={nowMs} />, after {formatDuration(atMs - openedAtMs)}
    </>
  );
  const facts: (readonly [string, ComponentChildren])[] = [];
  if (prediction !== undefined) facts.push(['predicted finish', describePrediction(prediction, nowMs)]);
  facts.push(['deadline', deadlineAtMs === undefined ? 'unknown' : moment(deadlineAtMs)]);
  facts.push(['opened', moment(openedAtMs)]);
  if (attempt > 1) facts.push(['attempt', attempt]);
  if (firstCheckpoint !== undefined) facts.push(['checkpoints', `${firstCheckpoint} to ${lastCheckpoint ?? '?'}`]);
  if (rootAtMs !== undefined) facts.push(['root proven', after(rootAtMs)]);
  if (closedAtMs !== undefined) facts.push([state === 'proven' ? 'on L1' : state, after(closedAtMs)]);
  if (submission !== undefined) {
    const { state: standing, reason, transactions, decision } = submission;
    facts.push(['transaction', `${standing}${reason === undefined ? '' : `: ${reason}`}`]);
    for (const { transactionHash, outcome } of transactions) {
      facts.push(['', <code>{transactionHash}</code>]);
      if (outcome !== undefined) facts.push(['', outcome]);
    }
    if (decision !== undefined) facts.push(['decision', `${decision.choice}, ${decision.reason}`]);
  }
  if (epoch.hasRivalProof) facts.push(['rival', "L1 has another prover's proof of it: the reward is shared"]);
  for (const { circuit, reason } of rejected) facts.push(['rejected', `${circuit}: ${reason ?? 'no reason recorded'}`]);
  return facts;
}
