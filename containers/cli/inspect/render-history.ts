import { etherOf, formatEther } from '../../../shared/cost/ether.ts';
import { nameEpoch } from '../../../shared/proving-job/name-epoch.ts';
import { alignTable } from '../../terminal/align-columns.ts';
import { formatDuration } from '../../terminal/format-duration.ts';
import { formatTime } from '../../terminal/format-time.ts';
import { type Line, toned } from '../../terminal/line.ts';
import { wrapLine } from '../../terminal/wrap-line.ts';
import type { EpochHistory, PastEpoch } from '../../fleet-view/epoch-history.ts';
import { TONE_OF_EPOCH } from './render-status.ts';

const TITLES = ['epoch', 'state', 'opened', 'to root', 'to L1', 'margin', 'agents', 'gas', 'reward', ''];

/** The newest epochs, one a line, and what they come to. Columns that no epoch has anything for are left out. */
export function renderHistory({ epochs }: EpochHistory, columns: number): Line[] {
  if (epochs.length === 0) return [[toned('dim', 'no epochs yet')]];
  const ids = epochs.map(({ id }) => id);
  const rows = epochs.map((epoch) => cellsOf(epoch, nameEpoch(epoch.id, ids)));
  return [...alignTable(TITLES, rows, { columns, spare: [8, 7, 3, 6] }), [], ...wrapLine([sumUp(epochs)], columns)];
}

function cellsOf(epoch: PastEpoch, name: string): Line {
  const { state, openedAtMs, rootMs, provenMs, marginMs, agentsDollars, gasWei, rewardWei } = epoch;
  return [
    name,
    toned(epoch.isMissed ? 'bad' : TONE_OF_EPOCH[state], epoch.isMissed ? 'missed' : state),
    formatTime(openedAtMs),
    rootMs === undefined ? '' : formatDuration(rootMs),
    provenMs === undefined ? '' : formatDuration(provenMs),
    marginMs === undefined ? '' : formatDuration(marginMs),
    agentsDollars === undefined ? '' : `$${agentsDollars.toFixed(2)}`,
    gasWei === undefined ? '' : formatEther(etherOf(gasWei)),
    rewardWei === undefined ? '' : formatEther(etherOf(rewardWei)),
    epoch.hasRivalProof ? toned('busy', 'shared with a rival') : (epoch.reason ?? ''),
  ];
}

function sumUp(epochs: readonly PastEpoch[]): string {
  const missed = epochs.filter(({ isMissed }) => isMissed).length;
  const proven = epochs.filter(({ state }) => state === 'proven');
  const parts = [`${epochs.length} ${epochs.length === 1 ? 'epoch' : 'epochs'}`, `${proven.length} proven`];
  parts.push(`${missed} missed`);
  const toRoot = sorted(epochs, ({ rootMs }) => rootMs);
  if (toRoot.length > 0)
    parts.push(`root after ${formatDuration(toRoot[Math.floor(toRoot.length / 2)] ?? 0)} (median)`);
  const [leastMargin] = sorted(epochs, ({ marginMs }) => marginMs);
  if (leastMargin !== undefined) parts.push(`least margin ${formatDuration(leastMargin)}`);
  const dollars = sorted(epochs, ({ agentsDollars }) => agentsDollars);
  if (dollars.length > 0) parts.push(`$${dollars.reduce((sum, each) => sum + each, 0).toFixed(2)} for agents`);
  return parts.join(', ');
}

/** What is known, the least first. */
function sorted(epochs: readonly PastEpoch[], valueOf: (epoch: PastEpoch) => number | undefined): number[] {
  return epochs.flatMap((epoch) => valueOf(epoch) ?? []).sort((a, b) => a - b);
}
