import { describe, expect, it } from 'vitest';

import { perPool } from '../pools.ts';
import { awsTargetTracking } from './aws-target-tracking.ts';
import { aztecKeda } from './aztec-keda.ts';
import { boundlessLogDepth } from './boundless-log-depth.ts';
import type { FleetView, PoolView, ScalingRule } from './scaling-rule.ts';
import { zksyncQueueOverSpeed } from './zksync-queue-over-speed.ts';

const CEILING = perPool(() => 100);
const NO_AGENTS = { desired: 0, starting: 0, running: 0, proving: 0, interruptions: 0, refusals: 0 };

/** How many agents the rule wants in each pool, minute by minute, for this many waiting jobs. */
function agentsFor(
  rule: ScalingRule,
  minutes: readonly (Partial<PoolView> & { readonly running?: number })[],
): number[] {
  return minutes.map(({ running = 0, ...jobs }, minute) => {
    const spot = { ...NO_AGENTS, desired: running, running };
    const pool = { waitingJobs: 0, provingJobs: 0, unaskedJobs: 0, ...jobs, services: { spot, od: NO_AGENTS } };
    const view: FleetView = { nowSeconds: minute * 60, pools: perPool(() => pool), epochs: [], coming: undefined };
    return rule.decide(view).large.spot;
  });
}

describe("Aztec's KEDA rule", () => {
  it('wants an agent for each waiting job, up to its ceiling', () => {
    expect(agentsFor(aztecKeda('spot', CEILING), [{ waitingJobs: 7 }, { waitingJobs: 700 }])).toEqual([7, 100]);
  });

  it('ignores jobs that are being proven once none has waited for five minutes', () => {
    const minutes = [{ waitingJobs: 20 }, ...new Array<object>(6).fill({ waitingJobs: 0, provingJobs: 20 })];
    expect(agentsFor(aztecKeda('spot', CEILING), minutes)).toEqual([20, 20, 20, 20, 20, 20, 0]);
  });
});

describe("ZKsync's rule", () => {
  it('divides waiting jobs and those being proven by the speed, rounded up', () => {
    const rule = zksyncQueueOverSpeed('spot', 10, CEILING);
    expect(agentsFor(rule, [{ waitingJobs: 14, provingJobs: 7 }, { waitingJobs: 0 }])).toEqual([3, 0]);
  });
});

describe("Boundless' rule", () => {
  it('wants one agent for up to five jobs and twice the logarithm for more, including jobs that wait for others', () => {
    const depths = [0, 5, 6, 1000, 1025].map((unaskedJobs) => ({ waitingJobs: 0, unaskedJobs }));
    expect(agentsFor(boundlessLogDepth('spot'), depths)).toEqual([1, 1, 6, 20, 22]);
  });

  it('scales in ten minutes after it last scaled, and no sooner', () => {
    const minutes = [{ waitingJobs: 1000 }, ...new Array<object>(10).fill({ waitingJobs: 10 })];
    expect(agentsFor(boundlessLogDepth('spot'), minutes)).toEqual([...new Array<number>(10).fill(20), 8]);
  });
});

describe("AWS's target tracking", () => {
  const rule = (): ScalingRule =>
    awsTargetTracking(
      'spot',
      perPool(() => 4),
      CEILING,
    );

  it('scales out when three minutes in a row had too long a backlog per task', () => {
    const minutes = new Array<object>(3).fill({ waitingJobs: 40, running: 1 });
    expect(agentsFor(rule(), minutes)).toEqual([1, 1, 10]);
  });

  it('scales in when fifteen minutes in a row had a short one, down to one task', () => {
    const minutes = [
      ...new Array<object>(3).fill({ waitingJobs: 40, running: 1 }),
      ...new Array<object>(15).fill({ waitingJobs: 0, running: 10 }),
    ];
    const agents = agentsFor(rule(), minutes);
    expect(agents.slice(2, -1).every((each) => each === 10)).toBe(true);
    expect(agents.at(-1)).toBe(1);
  });
});
