import packageManifest from '../../../package.json' with { type: 'json' };
import { etherOf } from '../../../shared/cost/ether.ts';
import { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { alignColumns } from '../../terminal/align-columns.ts';
import { formatDuration } from '../../terminal/format-duration.ts';
import { formatTime } from '../../terminal/format-time.ts';
import { type Line, toned } from '../../terminal/line.ts';
import { wrapLine } from '../../terminal/wrap-line.ts';
import { aztecVersionsOf } from '../../fleet-view/aztec-versions.ts';
import type { FleetStatus } from '../../fleet-view/fleet-status.ts';

/** L1 has a block in every slot of 12 s, or nearly: one that is this old was not followed. */
const FRESH_MS = 60_000;
/** Under the values: `Publisher` is the longest title. */
const HANG = ' '.repeat('Publisher  '.length);

/** Which fleet this is, when, of which versions, and what it has to work with. */
export function renderHeader(status: FleetStatus, columns: number): Line[] {
  const { place, atMs } = status;
  return alignColumns([
    [toned('strong', 'Fleet'), place],
    [toned('strong', 'Time'), formatTime(atMs)],
    [toned('strong', 'Versions'), versionsOf(status)],
    [toned('strong', 'L1'), ...l1Cells(status)],
    [toned('strong', 'Publisher'), publisherOf(status)],
    [toned('strong', 'Agents'), agentsOf(status)],
    [toned('strong', 'Queue'), queueOf(status)],
  ]).flatMap((line) => wrapLine(line, columns, HANG));
}

function versionsOf({ epochs, agents }: FleetStatus): string {
  const versions = aztecVersionsOf(epochs, agents).map((version) => `Aztec ${version}`);
  return [`Coppice ${packageManifest.version}`, ...versions].join(', ');
}

function l1Cells({ l1, atMs }: FleetStatus): Line {
  if (l1 === undefined) return [toned('dim', 'not read: give --l1-rpc-urls')];
  const { headAtMs, provenCheckpoint, pendingCheckpoint, problem } = l1;
  if (headAtMs === undefined)
    return [toned('bad', `not reached: ${problem ?? 'unknown'} Check --l1-rpc-urls (ETHEREUM_HOSTS)`)];
  const ageMs = atMs - headAtMs;
  const tips =
    provenCheckpoint === undefined ? '' : `; checkpoint ${pendingCheckpoint ?? '?'}, proven up to ${provenCheckpoint}`;
  return [toned(ageMs > FRESH_MS ? 'bad' : 'good', `newest block ${formatDuration(ageMs)} old${tips}`)];
}

function publisherOf({ publisher, l1 }: FleetStatus): Line[number] {
  if (publisher === undefined) return toned('dim', 'unknown until it has signed a transaction');
  if (l1?.balanceWei === undefined) return publisher;
  return `${publisher}, ${etherOf(l1.balanceWei).toFixed(4)} ETH`;
}

/** An agent of several pools counts in each of them. */
function agentsOf({ agents }: FleetStatus): Line[number] {
  const up = agents.filter(({ state }) => state !== 'stopped');
  if (up.length === 0) return toned('bad', 'none seen in the last two minutes');
  const proving = up.filter(({ state }) => state === 'proving').length;
  const byPool = Pool.options.flatMap((pool) => {
    const count = up.filter(({ pools }) => pools.includes(pool)).length;
    return count === 0 ? [] : [`${count} ${pool}`];
  });
  return `${up.length}, ${proving} proving; by pool: ${byPool.join(', ')}`;
}

function queueOf({ queues }: FleetStatus): string {
  const sum = (count: 'waiting' | 'leased'): number => queues.reduce((total, depth) => total + depth[count], 0);
  return `${sum('waiting')} waiting, ${sum('leased')} leased`;
}
