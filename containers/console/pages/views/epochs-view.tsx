import type { JSX } from 'preact';

import { formatDuration } from '../../../terminal/format-duration.ts';
import type { EpochDetails } from '../../api/epoch.ts';
import type { Epochs, EpochSummary } from '../../api/epochs.ts';
import type { Fleet } from '../../api/fleet.ts';
import { fleetWarnings } from '../data/fleet-warnings.ts';
import { type Polled, usePolled } from '../data/polled.ts';
import { epochPath } from '../data/route.ts';
import { useNow } from '../data/server-clock.ts';
import { byRisk, isOpen, type Verdict, verdictOf } from '../data/verdict.ts';
import { FinishScale } from '../parts/finish-scale.tsx';
import { Link } from '../parts/link.tsx';
import { Panel } from '../parts/panel.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { Resource } from '../parts/resource.tsx';
import { Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { VerdictBox } from '../parts/verdict-box.tsx';
import { describePrediction } from '../text/describe-prediction.ts';
import { describeProgress } from '../text/describe-progress.ts';
import { formatCount, formatDistance, shortHash } from '../text/format.ts';

/** Whether any epoch is at risk and what to do, then the open epochs, then how the newest went. */
export function EpochsView({ fleet }: { readonly fleet: Polled<Fleet> }): JSX.Element {
  const epochs = usePolled<Epochs>('/api/epochs');
  const nowMs = useNow();
  return (
    <Resource polled={epochs} what="the epochs">
      {(read) => {
        const open = byRisk(read.epochs, nowMs);
        return (
          <>
            <Standing epochs={read.epochs} open={open} fleet={fleet.value} nowMs={nowMs} />
            {open.map((epoch) => (
              <OpenEpoch key={epoch.id} epoch={epoch} nowMs={nowMs} />
            ))}
            <History epochs={read.epochs.filter((epoch) => !isOpen(epoch))} nowMs={nowMs} />
          </>
        );
      }}
    </Resource>
  );
}

/** The epoch most at risk, with what would help it; and what else endangers epochs. */
function Standing({
  epochs,
  open: [worst],
  fleet,
  nowMs,
}: {
  readonly epochs: readonly EpochSummary[];
  readonly open: readonly EpochSummary[];
  readonly fleet: Fleet | undefined;
  readonly nowMs: number;
}): JSX.Element {
  const verdict = worst && verdictOf(worst, nowMs);
  const needsHelp = verdict !== undefined && verdict.tone !== 'good';
  const details = usePolled<EpochDetails>(
    needsHelp && worst !== undefined ? `/api/epochs/${encodeURIComponent(worst.id)}` : undefined,
  );
  const warnings = fleet === undefined ? [] : fleetWarnings(fleet, nowMs);
  return (
    <>
      <VerdictBox
        verdict={verdict ?? verdictWithoutOpenEpoch(epochs[0], nowMs)}
        actions={needsHelp ? (details.value?.remedies ?? []).map(({ text }) => text) : []}
      />
      {warnings.length > 0 && (
        <VerdictBox
          verdict={{ tone: 'busy', headline: 'The fleet needs attention.', detail: undefined }}
          actions={warnings}
        />
      )}
    </>
  );
}

function verdictWithoutOpenEpoch(newest: EpochSummary | undefined, nowMs: number): Verdict {
  if (newest === undefined) return { tone: 'calm', headline: 'No epoch yet.', detail: 'The node has not opened one.' };
  const verdict = verdictOf(newest, nowMs);
  return { ...verdict, headline: `No epoch is open. ${verdict.headline}` };
}

function OpenEpoch({ epoch, nowMs }: { readonly epoch: EpochSummary; readonly nowMs: number }): JSX.Element {
  const { id, name, state, jobs, prediction, deadlineAtMs, networkVersion, attempt } = epoch;
  return (
    <Panel
      title={`Epoch ${name}`}
      note={
        <>
          {state}, {rangeOf(epoch)}, Aztec {networkVersion}
          {attempt > 1 && `, attempt ${attempt}`}
        </>
      }
    >
      {jobs !== undefined && (
        <div>
          <ProgressBar counts={jobs} />
          <p>
            {describeProgress(jobs)}, {formatCount(jobs.running)} running, {formatCount(jobs.waiting)} waiting
            {jobs.rejected > 0 && <strong class="bad">, {formatCount(jobs.rejected)} rejected</strong>}
          </p>
        </div>
      )}
      <dl class="facts">
        {prediction !== undefined && (
          <>
            <dt>predicted finish</dt>
            <dd>{describePrediction(prediction, nowMs)}</dd>
          </>
        )}
        <dt>deadline</dt>
        <dd>
          {deadlineAtMs === undefined ? (
            'unknown: no L1 says when its window closes'
          ) : (
            <>
              <Time atMs={deadlineAtMs} nowMs={nowMs} />, {formatDistance(deadlineAtMs, nowMs)}
            </>
          )}
        </dd>
      </dl>
      <FinishScale epoch={epoch} nowMs={nowMs} />
      <p>
        <Link to={epochPath(id)}>Merge tree and jobs of epoch {name}</Link>
      </p>
    </Panel>
  );
}

function rangeOf({ firstCheckpoint, lastCheckpoint }: EpochSummary): string {
  return firstCheckpoint === undefined
    ? 'no checkpoints known'
    : `checkpoints ${firstCheckpoint} to ${lastCheckpoint ?? '?'}`;
}

function History({
  epochs,
  nowMs,
}: {
  readonly epochs: readonly EpochSummary[];
  readonly nowMs: number;
}): JSX.Element | null {
  if (epochs.length === 0) return null;
  return (
    <Panel title="Earlier epochs" note="newest first">
      <Table
        caption="Earlier epochs"
        columns={[
          { title: 'epoch' },
          { title: 'state' },
          { title: 'opened' },
          { title: 'root after', isNumber: true },
          { title: 'on L1 after', isNumber: true },
          { title: 'margin', isNumber: true },
          { title: 'transaction', isWide: true },
        ]}
        rows={epochs.map((epoch) => ({ key: epoch.id, cells: historyCells(epoch, nowMs) }))}
      />
    </Panel>
  );
}

function historyCells(epoch: EpochSummary, nowMs: number): readonly (JSX.Element | string)[] {
  const {
    id,
    name,
    state,
    openedAtMs,
    rootAtMs,
    closedAtMs,
    marginMs,
    isMissed,
    hasRivalProof,
    transactionHash,
    reason,
  } = epoch;
  const after = (atMs: number | undefined): string => (atMs === undefined ? '–' : formatDuration(atMs - openedAtMs));
  return [
    <Link to={epochPath(id)}>{name}</Link>,
    <span class={isMissed ? 'bad' : state === 'proven' ? 'good' : 'busy'}>
      {isMissed ? 'missed' : state}
      {hasRivalProof && ', reward shared with a rival'}
      {state !== 'proven' && reason !== undefined && `: ${reason}`}
    </span>,
    <Time atMs={openedAtMs} nowMs={nowMs} />,
    after(rootAtMs),
    after(state === 'proven' ? closedAtMs : undefined),
    marginMs === undefined ? '–' : formatDuration(marginMs),
    <code title={transactionHash}>{transactionHash === undefined ? '–' : shortHash(transactionHash)}</code>,
  ];
}
