import type { LevelProgress, Progress } from '../../shared/merge-tree/progress/progress.ts';
import type { AgentView, ChainView, FleetSnapshot, EpochView } from './fleet-snapshot.ts';
import { describeContents, describeSubmission } from './describe-epoch.ts';
import { describeChain, describeFinish, toneOfChance } from './describe-prediction.ts';
import { formatDuration } from '../terminal/format-duration.ts';
import { fitLine, type Line, type TonedText, toned } from '../terminal/line.ts';

export interface Frame {
  readonly columns: number;
  /** The most lines to render. */
  readonly rows: number;
}

const LABEL_COLUMNS = 20;
const COUNT_COLUMNS = 10;
const LONGEST_BAR = 40;

/** The live view: the chain, the merge tree of the epoch that is being proven, its submission, and the agents. */
export function renderSnapshot(snapshot: FleetSnapshot, frame: Frame): Line[] {
  const epoch = shownEpoch(snapshot.epochs);
  const sections: Line[][] = [
    ...('chain' in snapshot ? [chainLines(snapshot)] : []),
    epoch === undefined
      ? [[toned('dim', 'no epoch to prove yet')]]
      : [...epochLines(epoch, snapshot.atMs, frame.columns), ...otherEpochs(snapshot.epochs, epoch)],
    agentLines(snapshot.agents, snapshot.atMs),
  ];
  return fitRows(sections, frame.rows).map((line) => fitLine(line, frame.columns));
}

/** The oldest epoch that is still being proven, or else the newest one, whose tree is complete. */
function shownEpoch(epochs: readonly EpochView[]): EpochView | undefined {
  return epochs.find(({ state }) => state === 'proving') ?? epochs.at(-1);
}

function chainLines({ chain, traffic, atMs }: FleetSnapshot): Line[] {
  return [
    [toned('strong', label('Aztec')), ...(chain === undefined ? ['waiting for L1'] : chainParts(chain, atMs))],
    ...(traffic === undefined ? [] : [[label('Traffic'), traffic]]),
  ];
}

function chainParts({ epoch, slotsOver, epochSlots, epochEndsAtMs, ...tips }: ChainView, atMs: number): Line {
  return [
    `checkpoint ${tips.pendingCheckpoint}, proven ${tips.provenCheckpoint}; `,
    `epoch ${epoch} is filling: slot ${slotsOver + 1} of ${epochSlots}, ${formatDuration(epochEndsAtMs - atMs)} left`,
  ];
}

function epochLines(epoch: EpochView, atMs: number, columns: number): Line[] {
  const { progress } = epoch;
  return [
    headline(epoch, atMs),
    [' '.repeat(LABEL_COLUMNS + barColumns(columns)), toned('dim', counts('done', 'running', 'waiting', 'of'))],
    ...progress.levels.toReversed().map((level) => progressLine(level.level, level, columns)),
    progressLine('total', progress, columns),
    ...predictionLines(epoch),
    [label('Submission'), submissionPart(epoch)],
  ];
}

function predictionLines({ prediction }: EpochView): Line[] {
  if (prediction === undefined) return [];
  return [
    [label('Root'), toned(toneOfChance(prediction), describeFinish(prediction))],
    [label('Waits for'), describeChain(prediction)],
  ];
}

function headline(view: EpochView, atMs: number): Line {
  const { epoch, state, attempt } = view;
  const isLost = state === 'failed' || state === 'expired';
  const provingMs = (view.rootAtMs ?? view.closedAtMs ?? atMs) - view.openedAtMs;
  return [
    toned('strong', label(`Epoch ${epoch}`)),
    describeContents(view),
    view.holdsMix ? '' : toned('dim', ' (warm-up)'),
    ': ',
    isLost ? toned('bad', state) : state,
    attempt > 1 ? `, attempt ${attempt}` : '',
    state === 'proving' ? ` for ${formatDuration(provingMs)}` : `, root after ${formatDuration(provingMs)}`,
    isLost && view.reason !== undefined ? toned('bad', ` (${view.reason})`) : '',
  ];
}

function progressLine(name: string, count: LevelProgress | Progress, columns: number): Line {
  return [
    label(`  ${name}`),
    ...bar(count, barColumns(columns) - 1),
    ' ',
    counts(count.done, count.running, count.waiting, count.expected),
    count.rejected > 0 ? toned('bad', `  ${count.rejected} rejected`) : '',
    count.unexpected > 0 ? toned('bad', `  ${count.unexpected} unexpected`) : '',
  ];
}

function bar({ done, running, waiting, expected }: LevelProgress | Progress, columns: number): TonedText[] {
  const upTo = (jobs: number): number => Math.min(columns, Math.round((jobs / Math.max(1, expected)) * columns));
  const [doneEnd, runningEnd, waitingEnd] = [upTo(done), upTo(done + running), upTo(done + running + waiting)];
  return [
    toned('good', '█'.repeat(doneEnd)),
    toned('busy', '▓'.repeat(runningEnd - doneEnd)),
    toned('busy', '░'.repeat(waitingEnd - runningEnd)),
    toned('dim', '·'.repeat(columns - waitingEnd)),
  ];
}

function submissionPart(epoch: EpochView): TonedText | string {
  const text = describeSubmission(epoch);
  switch (epoch.submission?.state) {
    case 'mined':
      return toned('good', text);
    case 'expired':
      return toned('bad', text);
    default:
      return epoch.submission === undefined ? toned('dim', text) : toned('busy', text);
  }
}

/** One line for each open epoch, except the one whose tree is shown. */
function otherEpochs(epochs: readonly EpochView[], shown: EpochView): Line[] {
  return epochs
    .filter((epoch) => epoch !== shown && (epoch.state === 'proving' || epoch.state === 'submitting'))
    .map((epoch) => [
      label(`Epoch ${epoch.epoch}`),
      epoch.state === 'proving'
        ? `${epoch.progress.done} of ${epoch.progress.expected} jobs proven${rootOf(epoch)}`
        : describeSubmission(epoch),
    ]);
}

function rootOf({ prediction }: EpochView): string {
  return prediction === undefined ? '' : `, root ${describeFinish(prediction)}`;
}

function agentLines(agents: readonly AgentView[], atMs: number): Line[] {
  if (agents.length === 0) return [[toned('dim', 'no agents yet')]];
  return agents.map(({ agentId, state, circuit, jobSinceMs, jobsProven, note }) => {
    const isProving = state === 'proving' && circuit !== undefined;
    return [
      toned('strong', label(agentId)),
      isProving ? toned('busy', circuit.padEnd(36)) : toned('dim', state.padEnd(36)),
      (isProving && jobSinceMs !== undefined ? formatDuration(atMs - jobSinceMs) : '').padStart(8),
      `  ${jobsProven} proven`,
      note === undefined ? '' : toned('bad', `  ${note}`),
    ];
  });
}

/** Sections with an empty line between them where they fit; the rest is cut at the end. */
function fitRows(sections: readonly Line[][], rows: number): Line[] {
  const spaced = sections.flatMap((section, index) => (index === 0 ? section : [[], ...section]));
  return spaced.length <= rows ? spaced : sections.flat().slice(0, Math.max(0, rows));
}

function barColumns(columns: number): number {
  return Math.max(8, Math.min(LONGEST_BAR, columns - LABEL_COLUMNS - 4 * COUNT_COLUMNS));
}

function counts(...cells: readonly (string | number)[]): string {
  return cells.map((cell) => String(cell).padStart(COUNT_COLUMNS)).join('');
}

function label(text: string): string {
  return `${text} `.padEnd(LABEL_COLUMNS);
}
