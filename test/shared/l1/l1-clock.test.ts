import { beforeEach, describe, expect, it } from 'vitest';

import { describeDisagreement, L1Clock } from '../../../shared/l1/l1-clock.ts';

const START_MS = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
const SLOT_MS = 12_000;
const TOLERANCE_MS = 18_000;

describe('L1Clock', () => {
  let steadyMs: number;
  /** How far this machine's clock is ahead of the true time. */
  let aheadMs: number;
  let clock: L1Clock;
  beforeEach(() => {
    steadyMs = 1_000;
    aheadMs = 0;
    clock = new L1Clock({ nowMs: () => trueMs() + aheadMs, steadyMs: () => steadyMs });
  });

  const trueMs = (): number => START_MS + steadyMs - 1_000;
  /** A node that is so far behind the chain, or ahead of it. */
  const node = (host: string, behindMs = 0) => ({
    host,
    blockAtMs: Math.floor((trueMs() - behindMs) / SLOT_MS) * SLOT_MS,
  });

  /** Lets time pass, with polls twice in each slot. @param hosts the nodes that respond, by how far they are behind */
  function pass(ms: number, hosts: Readonly<Record<string, number | 'stopped'>>): void {
    const stoppedAtMs = START_MS - 10 * SLOT_MS;
    for (const endMs = steadyMs + ms; steadyMs < endMs;) {
      steadyMs += SLOT_MS / 2;
      clock.observe(
        Object.entries(hosts).map(([host, behind]) =>
          behind === 'stopped' ? { host, blockAtMs: stoppedAtMs } : node(host, behind),
        ),
      );
    }
  }

  const windowAheadMs = (): number => clock.windowNowMs() - trueMs();

  it("is this machine's where L1 agrees", () => {
    pass(60_000, { own: 0 });
    expect(Math.abs(windowAheadMs())).toBeLessThan(SLOT_MS);
    expect(clock.disagreement(TOLERANCE_MS)).toBeUndefined();
  });

  it.each([20_000, HOUR_MS, 400 * 24 * HOUR_MS])("is L1's where this machine's is %d ms ahead, and says so", (ms) => {
    pass(60_000, { own: 0 });
    aheadMs = ms;
    expect(windowAheadMs()).toBeLessThanOrEqual(0);
    expect(windowAheadMs()).toBeGreaterThan(-SLOT_MS);
    expect(clock.disagreement(TOLERANCE_MS)?.aheadMs).toBeGreaterThan(TOLERANCE_MS);
  });

  it('says so of a clock that is behind as well', () => {
    pass(60_000, { own: 0 });
    aheadMs = -90_000;
    expect(describeDisagreement(clock.disagreement(TOLERANCE_MS)!)).toMatch(
      /^the clock of this machine is (7|8|9)\d s behind L1's: have it set by NTP/,
    );
  });

  it('closes nothing before L1 was read', () => {
    aheadMs = HOUR_MS;
    expect(clock.windowNowMs()).toBe(0);
  });

  it("is no later than L1's newest block from the first observation on", () => {
    aheadMs = HOUR_MS;
    clock.observe([node('own')]);
    expect(windowAheadMs()).toBeLessThanOrEqual(0);
  });

  it("goes on by itself while L1 is out of reach, and is this machine's after half an hour", () => {
    pass(60_000, { own: 0 });
    aheadMs = HOUR_MS;
    steadyMs += 20 * 60_000;
    expect(Math.abs(windowAheadMs())).toBeLessThan(SLOT_MS);
    steadyMs += 10 * 60_000;
    expect(windowAheadMs()).toBe(HOUR_MS);
  });

  it("is this machine's after half an hour in which L1 was never read", () => {
    steadyMs += 30 * 60_000;
    expect(windowAheadMs()).toBe(0);
  });

  it("is this machine's after half an hour with nodes that have all stopped", () => {
    pass(31 * 60_000, { own: 'stopped', paid: 'stopped' });
    expect(windowAheadMs()).toBe(0);
  });

  it.each([
    ['one of two', { lies: -2 * HOUR_MS, own: 0 }],
    ['one of three', { lies: -2 * HOUR_MS, own: 0, paid: 0 }],
  ])('is not moved by %s nodes whose blocks are of the future', (_which, hosts) => {
    aheadMs = HOUR_MS;
    clock.observe(Object.entries(hosts).map(([host, behind]) => node(host, behind)));
    expect(windowAheadMs()).toBeLessThanOrEqual(0);
    pass(5 * 60_000, hosts);
    expect(windowAheadMs()).toBeLessThanOrEqual(0);
  });

  it.each([
    ['one of two', { stopped: 'stopped', own: 0 }],
    ['two of three', { stopped: 'stopped', old: 'stopped', own: 0 }],
  ] as const)('leaves out %s nodes that have stopped', (_which, hosts) => {
    pass(5 * 60_000, hosts);
    expect(Math.abs(windowAheadMs())).toBeLessThan(SLOT_MS);
  });

  it('takes a node back whose one block was of the future', () => {
    pass(60_000, { own: 0 });
    clock.observe([node('own', -HOUR_MS)]);
    aheadMs = 2 * HOUR_MS;
    pass(60_000, { own: 0 });
    expect(Math.abs(windowAheadMs())).toBeLessThan(SLOT_MS);
  });
});
