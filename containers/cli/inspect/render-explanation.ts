import { isOpenRoot } from '../../../shared/ledger/outbox.ts';
import { isOfLine } from '../../../shared/proving-job/epoch-id.ts';
import { describeFinish, toneOfChance } from '../../epoch-view/describe-prediction.ts';
import { describeRange } from '../../epoch-view/describe-epoch.ts';
import { alignColumns } from '../../terminal/align-columns.ts';
import { formatDuration } from '../../terminal/format-duration.ts';
import { formatTime } from '../../terminal/format-time.ts';
import { type Line, toned } from '../../terminal/line.ts';
import { wrapLine } from '../../terminal/wrap-line.ts';
import type { EpochExplanation } from '../../fleet-view/explain-epoch.ts';
import type { ExplainedStep } from '../../fleet-view/explained-epoch.ts';
import { TONE_OF_EPOCH } from './render-status.ts';

/** Whether an epoch will make it, what it waits for, and what would help. */
export function renderExplanation(explained: EpochExplanation, columns: number): Line[] {
  const { epoch, name, remedies } = explained;
  return [
    ...wrapLine(
      [
        toned('strong', `Epoch ${name}`),
        ': ',
        toned(TONE_OF_EPOCH[epoch.state], epoch.state),
        `, ${describeRange(epoch)}, ${describeJobs(explained)}`,
      ],
      columns,
    ),
    ...(epoch.reason === undefined ? [] : wrapLine([toned(TONE_OF_EPOCH[epoch.state], epoch.reason)], columns)),
    ...alignColumns(finishRows(explained), { columns }),
    ...section('Waits for', waitLines(explained, columns)),
    ...section(
      'Would help',
      remedies.flatMap(({ text }) => wrapLine([`  ${text}`], columns, '    ')),
    ),
  ];
}

function section(title: string, lines: readonly Line[]): Line[] {
  return lines.length === 0 ? [] : [[], [toned('strong', title)], ...lines];
}

function describeJobs({ progress: { done, expected, running, waiting, rejected, isSoFar } }: EpochExplanation): string {
  const parts = [`${done} of ${expected} jobs proven${isSoFar ? ' so far' : ''}`];
  if (running > 0) parts.push(`${running} running`);
  if (waiting > 0) parts.push(`${waiting} waiting`);
  if (rejected > 0) parts.push(`${rejected} rejected`);
  return parts.join(', ');
}

function finishRows({ epoch, prediction, root, hasRivalProof, atMs }: EpochExplanation): Line[] {
  const { id, deadlineAtMs, rootAtMs, closedAtMs, transactionHash } = epoch;
  const window = isOfLine(id) ? 'no window known' : `${formatTime(deadlineAtMs)}, ${until(deadlineAtMs - atMs)}`;
  return [
    ...(prediction === undefined ? [] : [['root', toned(toneOfChance(prediction), describeFinish(prediction))]]),
    ...(rootAtMs === undefined ? [] : [['root', `proven at ${formatTime(rootAtMs)}`]]),
    ...(root !== undefined && isOpenRoot(root) ? [['L1', `the root is ${root.state}`]] : []),
    ...(closedAtMs === undefined ? [] : [[epoch.state, `at ${formatTime(closedAtMs)}`, transactionHash ?? '']]),
    ['deadline', window],
    ...(hasRivalProof ? [['rival', toned('busy', "L1 has another prover's proof of it: the reward is shared")]] : []),
  ];
}

function until(leftMs: number): string {
  return leftMs >= 0 ? `in ${formatDuration(leftMs)}` : `${formatDuration(-leftMs)} ago`;
}

/** The chain as things usually go, job by job, or the reason why a root waits. */
function waitLines({ chain, root, submission, atMs }: EpochExplanation, columns: number): Line[] {
  if (chain.length > 0)
    return alignColumns(chain.map(stepCells), { columns: columns - 2, spare: [3] }).map((line) => ['  ', ...line]);
  if (root === undefined || !isOpenRoot(root)) return [];
  const decided =
    submission === undefined
      ? []
      : [[`  ${formatDuration(atMs - submission.atMs)} ago: ${submission.choice}, ${submission.reason}`]];
  const waits: Line = [`  L1: ${root.reason ?? 'the transaction of its root is to be mined'}`];
  return [waits, ...decided].flatMap((line) => wrapLine(line, columns, '    '));
}

function stepCells(step: ExplainedStep): Line {
  const { circuit, pool, state, record } = step;
  const agentId = record?.lease?.agentId;
  return [
    circuit,
    toned(state === 'running' ? 'busy' : 'dim', state === 'unasked' ? 'to come' : state),
    agentId === undefined ? toned('dim', `pool ${pool}`) : `by ${agentId}`,
    timeOf(step),
    endOf(step),
  ];
}

function timeOf({ state, runningSeconds, usualSeconds }: ExplainedStep): string {
  const usual = formatDuration(usualSeconds * 1000);
  return state === 'running' ? `${formatDuration(runningSeconds * 1000)} of usually ${usual}` : `usually ${usual}`;
}

function endOf({
  startsInSeconds,
  endsInSeconds,
  waitsForAgentSeconds,
  notBeforeSeconds,
}: ExplainedStep): Line[number] {
  if (startsInSeconds === Infinity) return toned('bad', 'no agent');
  const waits = waitsForAgentSeconds >= 1 ? `, ${formatDuration(waitsForAgentSeconds * 1000)} of it for an agent` : '';
  const grows = notBeforeSeconds >= 1 ? `, not asked for before ${formatDuration(notBeforeSeconds * 1000)}` : '';
  return `done in ${formatDuration(endsInSeconds * 1000)}${waits}${grows}`;
}
