import type { FleetDecisionRecord, SubmissionDecisionRecord } from '../../../shared/ledger/decision-log.ts';
import { type EpochId, epochIdWithoutRollup, type EpochNumber } from '../../../shared/proving-job/epoch-id.ts';
import { nameEpoch } from '../../../shared/proving-job/name-epoch.ts';
import { newestByLine } from '../../epoch-view/newest-decisions.ts';
import { formatDuration } from '../../terminal/format-duration.ts';
import { type Line, toned } from '../../terminal/line.ts';
import { alignColumns } from '../../terminal/align-columns.ts';
import { wrapLine } from '../../terminal/wrap-line.ts';

type StreamOfDecision = NonNullable<FleetDecisionRecord['epochs'][number]['stream']>;

export interface Decisions {
  /** Newest first. */
  readonly fleet: readonly FleetDecisionRecord[];
  readonly submissions: readonly SubmissionDecisionRecord[];
  /** The newest epochs of the ledger: where they are of more than one rollup, each is shown with its own. */
  readonly epochIds: readonly EpochId[];
  readonly atMs: number;
}

/** Why the fleet has the size that it has, what changed recently, and why roots were sent or not. */
export function renderWhy({ fleet, submissions, epochIds, atMs }: Decisions, columns = Infinity): Line[] {
  const byLine = newestByLine(fleet);
  const newest = [...byLine].toSorted(([one], [other]) => one.localeCompare(other));
  const known = { epochIds, atMs, columns: columns - 2 };
  const sections: (readonly [string, readonly Line[], string])[] = [
    ...(newest.length === 0 ? [['The fleet', [], 'no scaling decisions yet'] as const] : []),
    ...newest.map(
      ([line, decision]) =>
        [newest.length === 1 ? 'The fleet' : `Version line ${line}`, describeNewest(decision, known), ''] as const,
    ),
    ['Earlier changes', changesIn(fleet, byLine).map((decision) => changeLine(decision, atMs)), 'none'],
    ['Roots', submissions.map((decision) => submissionLine(decision, epochIds, atMs)), 'no submission decisions yet'],
  ];
  return sections.flatMap(([title, lines, whenEmpty], index) => [
    ...(index === 0 ? [] : [[]]),
    [toned('strong', title)],
    ...(lines.length === 0
      ? [[toned('dim', `  ${whenEmpty}`)]]
      : lines.flatMap((line) => wrapLine(['  ', ...line], columns, '    '))),
  ]);
}

function describeNewest(
  { atMs: decidedAtMs, reason, dollarsPerHour, epochs, pools }: FleetDecisionRecord,
  { epochIds, atMs, columns }: Pick<Decisions, 'epochIds' | 'atMs'> & { readonly columns: number },
): Line[] {
  return [
    [`${ago(atMs - decidedAtMs)}: ${reason}; $${dollarsPerHour.toFixed(2)} an hour`],
    ...epochs.flatMap(({ epochId, epoch, deadlineAtMs, pathSeconds, slackSeconds, stream }): Line[] => {
      const left = `epoch ${nameOf({ epochId, epoch }, epochIds)}: ${formatDuration(deadlineAtMs - atMs)} to its deadline`;
      const slack = toned(slackSeconds < 0 ? 'bad' : 'good', `${Math.round(slackSeconds)} s of slack`);
      const line: Line = [`${left}, ${Math.round(pathSeconds)} s on the critical path, `, slack];
      return stream === undefined ? [line] : [line, [toned('dim', `  ${describeStream(stream, atMs)}`)]];
    }),
    ...alignColumns(
      pools.map(({ pool, spot, od, was, reason: because }): Line => [
        toned('strong', pool),
        `${spot} on Spot`,
        `${od} on demand`,
        `${was.running} running`,
        because,
      ]),
      { columns },
    ),
  ];
}

/** What of the epoch's work is known, what is forecast, and from what. */
function describeStream(
  { endsAtMs, elapsedShare, knownSeconds, forecastSeconds, earlierEpochs, orphans }: StreamOfDecision,
  atMs: number,
): string {
  const earlier = earlierEpochs === 0 ? 'no earlier epoch' : `${earlierEpochs} earlier`;
  return [
    `${Math.round(knownSeconds)} s of work known`,
    `${Math.round(forecastSeconds)} s forecast from ${Math.round(100 * elapsedShare)} % of the epoch and ${earlier}`,
    ...(endsAtMs > atMs ? [`its top tree begins in ${formatDuration(endsAtMs - atMs)}`] : []),
    ...(orphans > 0 ? [`${orphans} ${orphans === 1 ? 'job' : 'jobs'} left behind by a prune, not counted`] : []),
  ].join('; ');
}

/** Decisions before the newest of each line that changed the number of agents. */
function changesIn(
  fleet: readonly FleetDecisionRecord[],
  newest: ReadonlyMap<string, FleetDecisionRecord>,
): FleetDecisionRecord[] {
  const earlier = new Set(fleet).difference(new Set(newest.values()));
  return [...earlier].filter(({ pools }) => pools.some(({ spot, od, was }) => spot !== was.spot || od !== was.od));
}

function changeLine({ atMs: decidedAtMs, line, pools, reason }: FleetDecisionRecord, atMs: number): Line {
  const changes = pools
    .filter(({ spot, od, was }) => spot !== was.spot || od !== was.od)
    .map(({ pool, spot, od, was }) => `${pool} ${was.spot}+${was.od} to ${spot}+${od}`);
  const ofLine = line === undefined ? '' : `${line}: `;
  return [toned('dim', ago(atMs - decidedAtMs)), ` ${ofLine}${changes.join(', ')} (Spot + on demand): ${reason}`];
}

function submissionLine(decision: SubmissionDecisionRecord, known: readonly EpochId[], atMs: number): Line {
  const { atMs: decidedAtMs, choice, reason } = decision;
  return [
    toned('dim', ago(atMs - decidedAtMs)),
    ` epoch ${nameOf(decision, known)}: `,
    toned('strong', choice),
    `, ${reason}`,
  ];
}

/** Earlier versions recorded the number alone. */
function nameOf(
  { epochId, epoch }: { readonly epochId?: EpochId | undefined; readonly epoch: EpochNumber },
  known: readonly EpochId[],
): string {
  return nameEpoch(epochId ?? epochIdWithoutRollup(epoch), known);
}

function ago(ms: number): string {
  return `${formatDuration(ms)} ago`;
}
