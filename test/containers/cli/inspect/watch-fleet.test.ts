import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { pauseMs, showIn, watchFleet } from '../../../../containers/cli/inspect/watch-fleet.ts';
import { PlainOutput } from '../../../../containers/terminal/plain-output.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../../contract/embedded-harness.ts';
import { seedFleet } from '../../../fixtures/seed-fleet.ts';
import { anEpochView } from '../../epoch-view/a-snapshot.ts';

/** Of DynamoDB, on demand. */
const DOLLARS_PER_READ_UNIT = 0.125 / 1e6;
/** The most that counting takes: see `tallyJobs`. */
const READ_UNITS_PER_JOB = 0.225;

describe('coppice watch', () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(() => harness.close());

  it('writes plain lines where nothing can be redrawn, until it is stopped', async () => {
    await seedFleet(harness);
    const end = new AbortController();
    const nowMs = (): number => harness.nowMs();
    let text = '';
    const output = new PlainOutput((written) => {
      text += written;
      if (text.includes('jobs proven')) end.abort();
    }, nowMs);
    await watchFleet(harness.engine, showIn(output), { nowMs, signal: end.signal });
    expect(text).toContain('epoch 7: started: checkpoints 12 to 12');
    expect(text).toContain('epoch 7: 3 of 6 jobs proven, 1 running, 1 waiting; root in ');
  });

  it('costs less than ten cents an hour on AWS, however large the epochs are', () => {
    for (const expected of [100, 10_000, 100_000]) {
      const view = anEpochView();
      const snapshot = { epochs: [{ ...view, progress: { ...view.progress, expected } }] };
      const polls = 3_600_000 / pauseMs(snapshot, true);
      expect(polls * expected * READ_UNITS_PER_JOB * DOLLARS_PER_READ_UNIT).toBeLessThan(0.1);
      expect(pauseMs(snapshot, false)).toBeLessThan(1000);
    }
  });
});
