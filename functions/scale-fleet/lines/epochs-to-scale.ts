import type { EpochRecord, EpochState } from '../../../shared/ledger/epoch-ledger.ts';
import { STREAMED_RANGE } from '../../../shared/ledger/streamed-epoch.ts';
import { parseEpochId, type RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { type FleetLine, NATIVE_LINE } from '../../../shared/proving-job/fleet-line.ts';
import { epochsOfLine } from './judge-lines.ts';

/** One that has ended belongs to the line of its record alone, which reports what it has cost. */
const IN_NEED: ReadonlySet<EpochState> = new Set(['proving', 'failed']);

/**
 * The epochs whose jobs the line's agents have to prove, in the same order: its own, and those that a native node proves on the
 * rollup of an official line. The record of such an epoch is the native line's, and the jobs that the official node has asked for
 * first are in the official line's queues, so each line counts its part.
 */
export function epochsToScale(
  line: FleetLine,
  lines: readonly FleetLine[],
  rollup: RollupId | undefined,
  epochs: readonly EpochRecord[],
): readonly EpochRecord[] {
  const own = new Set(epochsOfLine(line.name, lines, epochs));
  const isShared = (epoch: EpochRecord): boolean =>
    line.name !== NATIVE_LINE &&
    rollup !== undefined &&
    IN_NEED.has(epoch.state) &&
    epoch.shape !== undefined &&
    parseEpochId(epoch.id).rollup === rollup;
  return epochs.flatMap((epoch) => {
    if (own.has(epoch)) return [epoch];
    if (!isShared(epoch)) return [];
    const { shape: _shape, ...streamed } = epoch;
    return [{ ...streamed, rangeId: STREAMED_RANGE, networkVersion: line.version }];
  });
}
