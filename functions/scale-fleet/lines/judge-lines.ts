import type { LineStanding } from '../../../shared/agent-fleet/line-standing.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { needOfEpoch } from '../../../shared/ledger/epoch-needs.ts';
import { parseEpochId, parseRollupId, type RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { type FleetLine, lineOfVersion } from '../../../shared/proving-job/fleet-line.ts';

/**
 * How long a line's node stays after its rollup was superseded, even with nothing to prove: the last epoch before the upgrade
 * may still grow, and its window is as long as an epoch. Mainnet's two take 77 minutes.
 */
const NODE_STAYS_MS = 2 * 3_600_000;

/** Longer than the windows of all epochs that a line can have begun: an epoch that is still open will not end by itself. */
const OVERDUE_MS = 4 * 3_600_000;

export interface JudgeLinesInput {
  readonly lines: readonly FleetLine[];
  /** The newest of all lines, newest first. */
  readonly epochs: readonly EpochRecord[];
  /** As L1's registry has it; `undefined` while unknown. */
  readonly canonical: RollupId | undefined;
  readonly before: readonly LineStanding[];
  readonly nowMs: number;
}

/**
 * Where each line stands. A line is superseded when its rollup was the canonical one and no longer is, or when another line
 * proves the canonical one: a line that is started before its rollup becomes canonical is not.
 */
export function judgeLines({ lines, epochs, canonical, before, nowMs }: JudgeLinesInput): readonly LineStanding[] {
  const rollups = new Map(
    lines.map(({ name }) => {
      // Epochs of a line that has ended are too old to be among these.
      const known = before.find((line) => line.name === name)?.rollup;
      return [name, rollupOf(epochsOfLine(name, lines, epochs)) ?? known];
    }),
  );
  return lines.map(({ name, version }): LineStanding => {
    const known = before.find((line) => line.name === name);
    const rollup = rollups.get(name);
    const isCanonical = rollup !== undefined && rollup === canonical;
    const wasCanonical = isCanonical || (known?.rollup === rollup && known?.wasCanonical === true);
    const isServedByOther = canonical !== undefined && [...rollups.values()].includes(canonical);
    const isSuperseded =
      canonical !== undefined && rollup !== undefined && !isCanonical && (wasCanonical || isServedByOther);
    const open = epochsOfLine(name, lines, epochs).filter((epoch) => needOfEpoch(epoch, nowMs) !== 'nothing').length;
    const supersededAtMs = isSuperseded ? (known?.supersededAtMs ?? nowMs) : undefined;
    const isOver = supersededAtMs !== undefined && open === 0 && nowMs - supersededAtMs >= NODE_STAYS_MS;
    return {
      name,
      version,
      state: isOver ? 'ended' : isSuperseded ? 'draining' : rollup === undefined && open === 0 ? 'ready' : 'proving',
      ...(rollup !== undefined && { rollup }),
      wasCanonical,
      ...(supersededAtMs !== undefined && { supersededAtMs }),
      openEpochs: open,
      agents: known?.agents ?? 0,
      isNodeStopped: known?.isNodeStopped ?? false,
    };
  });
}

/** Whether the line should have drained by now: its node, and the agents of its open epochs, still cost money. */
export function isOverdue({ state, supersededAtMs }: LineStanding, nowMs: number): boolean {
  return state === 'draining' && supersededAtMs !== undefined && nowMs - supersededAtMs >= OVERDUE_MS;
}

/** The epochs that belong to the line, in the same order. */
export function epochsOfLine(
  name: string,
  lines: readonly FleetLine[],
  epochs: readonly EpochRecord[],
): readonly EpochRecord[] {
  return epochs.filter(({ networkVersion }) => lineOfVersion(networkVersion, lines) === name);
}

/** The rollup on L1 of the newest epoch that has one. */
function rollupOf(epochs: readonly EpochRecord[]): RollupId | undefined {
  return epochs
    .map(({ id }) => parseEpochId(id).rollup)
    .find((rollup) => rollup !== undefined && parseRollupId(rollup) !== undefined);
}
