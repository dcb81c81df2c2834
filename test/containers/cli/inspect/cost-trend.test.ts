import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type CostTrend, readCostTrend } from '../../../../containers/cli/inspect/cost-trend.ts';
import { renderCostTrend } from '../../../../containers/cli/inspect/render-cost-trend.ts';
import { textOf } from '../../../../containers/terminal/line.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../../contract/embedded-harness.ts';
import { aNewEpoch } from '../../../contract/epoch-ledger.contract.ts';
import { epochId } from '../../../fixtures/epoch-id.ts';
import { seedFleet } from '../../../fixtures/seed-fleet.ts';

describe('coppice cost --by', () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    const { rangeId } = aNewEpoch();
    for (const number of [1, 2]) {
      const id = epochId(number);
      await harness.engine.epochs.open({ ...aNewEpoch(), id, deadlineAtMs: harness.nowMs() + 1_000_000 });
      await harness.engine.epochs.advance(id, rangeId, 'proven');
      await harness.elapse(86_400);
    }
    // The hour's price of its agents is the only one: they held their jobs for six seconds.
    await seedFleet(harness);
  });
  afterEach(() => harness.close());

  const trendOf = (by: CostTrend['by'], limit: number, dollarsPerAgentHour?: number): Promise<CostTrend> =>
    readCostTrend(harness.engine, {
      ...{ by, limit, etherDollars: undefined, nowMs: harness.nowMs() },
      ownMachines: { dollarsPerAgentHour },
    });

  it('shows the newest epochs, and bills nothing that machines of the operator do not use', async () => {
    const { periods } = await trendOf('epoch', 2, 600);
    expect(periods).toMatchObject([
      { name: '7', epochs: 1, awsDollars: undefined, gasWei: undefined },
      { name: '2', epochs: 1, agentsDollars: undefined, dollars: 0 },
    ]);
    expect(periods[0]?.agentsDollars).toBeCloseTo(1);
    expect((await trendOf('epoch', 2)).periods[0]).toMatchObject({ agentsDollars: undefined, dollars: 0 });
  });

  it('adds up the epochs of a day', async () => {
    const trend = await trendOf('day', 10, 600);
    expect(trend.periods.map(({ name, epochs }) => [name, epochs])).toEqual([
      ['2023-11-18', 1],
      ['2023-11-17', 1],
      ['2023-11-16', 1],
    ]);
    const lines = renderCostTrend(trend, 80).map(textOf);
    expect(lines[0]).toMatch(/^day +epochs +agents +total$/);
    expect(lines[1]).toMatch(/^2023-11-18 +1 +\$1\.0000 +\$1\.0000 +█+$/);
    expect(lines.at(-1)).toBe('$1.00 for 3 epochs, $0.3333 each');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('says that there are no epochs yet', () => {
    expect(renderCostTrend({ by: 'day', periods: [], atMs: 0 }, 80).map(textOf)).toEqual(['no epochs yet']);
  });
});
