import { describe, expect, it } from 'vitest';

import { nodeStatusOf, type NodeVitals, UNHEALTHY_AFTER_MS } from '../../../containers/node/node-status.ts';

const AT_MS = 1_800_000_000_000;
const HEALTHY: NodeVitals = {
  lastLookAtMs: AT_MS - 1_000,
  l1ReadUntilMs: AT_MS - 12_000,
  provingEpochs: [],
  networkVersion: '4.1.2',
  proverId: '0x01',
};

describe("the node's status", () => {
  it('is healthy while the node reads L1 and checks for epochs', () => {
    expect(nodeStatusOf(HEALTHY, AT_MS)).toEqual({ isHealthy: true, ...HEALTHY });
  });

  it("is healthy where L1's clock is ahead of ours", () => {
    expect(nodeStatusOf({ ...HEALTHY, l1ReadUntilMs: AT_MS + 5_000 }, AT_MS)).toMatchObject({ isHealthy: true });
  });

  it.each([
    [30_000, true, "30 s ahead of L1's"],
    [-30_000, true, "30 s behind L1's"],
    [3_600_000, false, "3600 s ahead of L1's"],
    [-3_600_000, false, "3600 s behind L1's"],
  ])("warns of a clock that is %d ms ahead of L1's; healthy: %s", (aheadMs, isHealthy, text) => {
    const status = nodeStatusOf(HEALTHY, AT_MS, { aheadMs });
    expect(status).toMatchObject({ isHealthy, warning: expect.stringContaining(text) as string });
    expect(status.reason?.includes(text) ?? true).toBe(true);
  });

  it('is unhealthy when the newest L1 block is old, although the own database still responds', () => {
    expect(nodeStatusOf({ ...HEALTHY, l1ReadUntilMs: AT_MS - UNHEALTHY_AFTER_MS }, AT_MS)).toMatchObject({
      isHealthy: false,
      reason: 'the newest L1 block that the node has read is 120 s old: check the L1 nodes, and see the log',
    });
  });

  it.each([
    [{ l1ReadUntilMs: undefined }, 'has read no L1 block yet'],
    [{ lastLookAtMs: undefined }, 'has not read the chain lately'],
    [{ lastLookAtMs: AT_MS - UNHEALTHY_AFTER_MS }, 'has not read the chain lately'],
  ])('is unhealthy with %j', (change, reason) => {
    const status = nodeStatusOf({ ...HEALTHY, ...change }, AT_MS);
    expect(status.isHealthy).toBe(false);
    expect(status.reason).toContain(reason);
  });
});
