import { describe, expect, it } from 'vitest';

import {
  EpochId,
  EpochNumber,
  epochIdWithoutRollup,
  isTrial,
  makeEpochId,
  makeLineId,
  makeRollupId,
  parseEpochId,
  TRIALS,
} from '../../../shared/proving-job/epoch-id.ts';
import {
  circuitNamedBy,
  epochIdOf,
  makeProvingJobId,
  parseProvingJobId,
  ProvingJobId,
  sha256Of,
} from '../../../shared/proving-job/proving-job-id.ts';

const ADDRESS = `0x${'aB'.repeat(20)}`;
const ROLLUP = makeRollupId(1, ADDRESS);
const LINE = makeLineId('6.0.0-rc.1');
const SEVEN = EpochNumber.parse(7);
const DIGEST = sha256Of(Buffer.from('inputs'));

describe("an epoch's id", () => {
  it('holds chain, rollup and number, and is the same for every spelling of the address', () => {
    expect(makeEpochId(ROLLUP, SEVEN)).toBe(`1-0x${'ab'.repeat(20)}:7`);
    expect(makeRollupId(1, ADDRESS.toLowerCase())).toBe(ROLLUP);
    expect(makeRollupId(11_155_111, ADDRESS)).not.toBe(ROLLUP);
  });

  it.each([
    [makeEpochId(ROLLUP, SEVEN), { rollup: ROLLUP, epoch: 7 }, false],
    [makeEpochId(LINE, SEVEN), { rollup: LINE, epoch: 7 }, false],
    [makeEpochId(TRIALS, SEVEN), { rollup: TRIALS, epoch: 7 }, true],
    [epochIdWithoutRollup(SEVEN), { rollup: undefined, epoch: 7 }, false],
    [epochIdWithoutRollup(EpochNumber.parse(1_700_000_000)), { rollup: undefined, epoch: 1_700_000_000 }, true],
  ])('%s names its parts, and whether it is a trial', (id, parts, isOfTrials) => {
    expect(parseEpochId(id)).toEqual(parts);
    expect(isTrial(id)).toBe(isOfTrials);
  });

  it.each([
    '',
    'x',
    `1-${ADDRESS}:7`,
    `1-0x${'ab'.repeat(19)}:7`,
    `0x${'ab'.repeat(20)}:7`,
    `${ROLLUP}:`,
    `${ROLLUP}:-1`,
    'line-:7',
    'line-6 0:7',
    'line-6.0.0',
  ])('is not %s', (text) => {
    expect(EpochId.safeParse(text).success).toBe(false);
  });

  it.each([
    makeEpochId(ROLLUP, SEVEN),
    makeEpochId(LINE, SEVEN),
    makeEpochId(TRIALS, SEVEN),
    epochIdWithoutRollup(SEVEN),
  ])('begins the ids of its jobs: %s', (epochId) => {
    const id = makeProvingJobId(epochId, 'PARITY_BASE', DIGEST);
    expect(id).toBe(`${epochId}:PARITY_BASE:${DIGEST}`);
    expect(parseProvingJobId(id)).toEqual({ epochId, circuit: 'PARITY_BASE', inputsSha256: DIGEST });
  });

  it('is read from the id of a job of an unknown circuit too', () => {
    const id = ProvingJobId.parse(`${ROLLUP}:7:NO_SUCH:${DIGEST}`);
    expect([epochIdOf(id), circuitNamedBy(id)]).toEqual([makeEpochId(ROLLUP, SEVEN), 'NO_SUCH']);
    expect(parseProvingJobId(id)).toMatchObject({ circuit: 'NO_SUCH' });
  });
});
