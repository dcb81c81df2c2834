import { describe, expect, it } from 'vitest';

import { epochsToScale } from '../../../functions/scale-fleet/lines/epochs-to-scale.ts';
import { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { STREAMED_RANGE } from '../../../shared/ledger/streamed-epoch.ts';
import { makeRollupId, type RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { NATIVE_LINE } from '../../../shared/proving-job/fleet-line.ts';
import { namesOfEpoch } from '../../fixtures/epoch-id.ts';

const LINES = [
  { name: NATIVE_LINE, version: '4.1.2' },
  { name: 'v4', version: '4.1.3' },
] as const;
const [NATIVE, OFFICIAL] = LINES;
const ROLLUP = makeRollupId(1, `0x${'0a'.repeat(20)}`);
const OTHER = makeRollupId(1, `0x${'0b'.repeat(20)}`);

function anEpoch(number: number, networkVersion: string, rollup: RollupId, isNative: boolean): EpochRecord {
  return EpochRecord.parse({
    ...namesOfEpoch(number, rollup),
    rangeId: isNative ? '0xa1' : STREAMED_RANGE,
    networkVersion,
    ...(isNative && { shape: [] }),
    state: 'proving',
    attempt: 1,
    openedAtMs: 1,
    attemptAtMs: 1,
    deadlineAtMs: 2,
  });
}

describe('the epochs that a line is scaled for', () => {
  const streamed = anEpoch(8, '4.1.3', ROLLUP, false);
  const mixed = anEpoch(7, '4.1.2', ROLLUP, true);
  const elsewhere = anEpoch(7, '4.1.2', OTHER, true);
  const epochs = [streamed, mixed, elsewhere];

  it('have, for an official line, its part of those that a native node proves on its rollup', () => {
    const { shape: _shape, ...part } = mixed;
    expect(epochsToScale(OFFICIAL, LINES, ROLLUP, epochs)).toEqual([
      streamed,
      { ...part, rangeId: STREAMED_RANGE, networkVersion: '4.1.3' },
    ]);
  });

  it('leave an epoch that has ended to the line of its record', () => {
    const ended = epochs.map((epoch) => ({ ...epoch, state: 'proven' as const }));
    expect(epochsToScale(OFFICIAL, LINES, ROLLUP, ended)).toEqual([ended[0]]);
  });

  it('are its own alone while its rollup is unknown, and for the native line', () => {
    expect(epochsToScale(OFFICIAL, LINES, undefined, epochs)).toEqual([streamed]);
    expect(epochsToScale(NATIVE, LINES, ROLLUP, epochs)).toEqual([mixed, elsewhere]);
  });
});
