import type { Fleet } from '../../api/fleet.ts';
import { formatDistance, plural } from '../text/format.ts';

/** L1 makes a block every 12 seconds: a head this old is that of a node that has stopped. */
const STALE_L1_MS = 120_000;

/** What endangers epochs throughout the fleet, each with what to do about it. */
export function fleetWarnings(fleet: Fleet, nowMs: number): readonly string[] {
  const { agents, openEpochs, l1, deadLetters, disks, officialNodes, unreadable } = fleet;
  const warnings: string[] = [];
  if (openEpochs.length > 0 && agents.total === 0) {
    warnings.push('No agent has been seen for two minutes: start some with coppice start --prover-agent.');
  }
  if (l1?.problem !== undefined) warnings.push(`L1: ${l1.problem}`);
  if (l1?.headAtMs !== undefined && nowMs - l1.headAtMs > STALE_L1_MS) {
    warnings.push(`The newest L1 block was made ${formatDistance(l1.headAtMs, nowMs)}: check the L1 node.`);
  }
  for (const { directory, isLow } of disks) {
    if (isLow) warnings.push(`The disk of ${directory} is almost full: free some space.`);
  }
  for (const { networkVersion, problem, troubles } of officialNodes) {
    if (problem !== undefined) warnings.push(`Node ${networkVersion}: ${problem}`);
    for (const { message } of troubles) warnings.push(`Node ${networkVersion}: ${message}`);
  }
  if (deadLetters > 0) {
    warnings.push(`${plural(deadLetters, 'dead letter')}: remove the cause, then run coppice redrive.`);
  }
  if (unreadable.length > 0) {
    warnings.push(`${plural(unreadable.length, 'record')} of a newer version left out: update this command.`);
  }
  return warnings;
}
