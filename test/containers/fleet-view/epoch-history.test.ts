import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readHistory } from '../../../containers/fleet-view/epoch-history.ts';
import { renderHistory } from '../../../containers/cli/inspect/render-history.ts';
import { textOf } from '../../../containers/terminal/line.ts';
import { EpochNumber } from '../../../shared/proving-job/epoch-id.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { aNewEpoch } from '../../contract/epoch-ledger.contract.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

const { rangeId } = aNewEpoch();

describe('coppice epochs', () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(() => harness.close());

  async function proveEpoch(number: number, state: 'proven' | 'expired'): Promise<void> {
    const { engine } = harness;
    const id = epochId(number);
    await engine.epochs.open({ ...aNewEpoch(), id, deadlineAtMs: harness.nowMs() + 1_000_000 });
    await engine.decisions.record({
      kind: 'submission',
      atMs: harness.nowMs(),
      epochId: id,
      epoch: EpochNumber.parse(number),
      choice: 'submit',
      costWei: '1',
      rewardWei: '50000000000000000',
      reason: 'it pays',
    });
    await harness.elapse(100);
    if (state === 'proven') await engine.epochs.advance(id, rangeId, 'submitting');
    await harness.elapse(20);
    await engine.epochs.advance(id, rangeId, state);
  }

  async function linesOf(limit: number, columns = 200): Promise<string[]> {
    return renderHistory(await readHistory(harness.engine, limit, harness.nowMs()), columns).map(textOf);
  }

  it('shows how each of the newest epochs went, and what they come to', async () => {
    await proveEpoch(1, 'proven');
    await proveEpoch(2, 'expired');
    await proveEpoch(3, 'proven');
    const lines = await linesOf(10);
    expect(lines[0]).toMatch(/^epoch +state +opened +to root +to L1 +margin +reward$/);
    expect(lines[1]).toMatch(
      /^3 +proven +\d{4}-\d\d-\d\d [\d:]{8} UTC +1 min 40 s +2 min 0 s +14 min 40 s +0\.050000 ETH$/,
    );
    expect(lines[2]).toMatch(/^2 +missed +\d{4}-/);
    expect(lines.at(-1)).toBe('3 epochs, 2 proven, 1 missed, root after 1 min 40 s (median), least margin 14 min 40 s');
  });

  it('shows as many as are asked for, and no wider than the terminal', async () => {
    for (const number of [1, 2, 3]) await proveEpoch(number, 'proven');
    const lines = await linesOf(2, 50);
    expect(lines.filter((line) => / proven /.test(line.slice(0, 20)))).toHaveLength(2);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(50);
  });

  it('says that there are none yet', async () => {
    expect(await linesOf(5)).toEqual(['no epochs yet']);
  });
});
