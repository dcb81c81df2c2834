import { describe, expect, it } from 'vitest';

import { decideFleet } from '../../../../functions/scale-fleet/decide/decide-fleet.ts';
import type { FleetState, PoolDecision } from '../../../../functions/scale-fleet/decide/fleet-state.ts';
import type { PoolLoad } from '../../../../shared/merge-tree/progress/work-left.ts';
import { makeRollupId } from '../../../../shared/proving-job/epoch-id.ts';
import { epochId } from '../../../fixtures/epoch-id.ts';
import { agents, anEpoch, aPool, aState, NOW_MS, running, START_UP_SECONDS, waiting } from './a-fleet-state.ts';
import { aRunningJob } from '../a-running-job.ts';

function large(state: FleetState): PoolDecision {
  return decideFleet(state).pools.large as PoolDecision;
}

function agentsOf({ spot, od }: PoolDecision): number {
  return spot + od;
}

describe('decideFleet', () => {
  it('has no agents while no epoch is open', () => {
    const decision = decideFleet(aState());
    expect(decision.pools.large).toMatchObject({ spot: 0, od: 0 });
    expect(decision.dollarsPerHour).toBe(0);
    expect(decision.reason).toBe('no epoch is open');
  });

  it('orders Spot agents for the work that is left in the time that is left', () => {
    // 100 h of work, and 2304 − 180 − 250 − 75 − 420 s for it: 360,000 × 1.08 / 1,379.
    const decision = decideFleet(aState({ epochs: [anEpoch({ large: waiting(6000) })] }));
    expect(decision.pools.large).toMatchObject({ spot: Math.ceil((360_000 * 1.08) / 1379), od: 0 });
    expect(decision.outlooks[0]?.slackSeconds).toBeGreaterThanOrEqual(420);
    expect(decision.reason).toMatch(/^epoch 7 is mined at least 42\d s before its deadline$/);
  });

  it('names epochs by their ids where the ledger has those of two rollups', () => {
    const epoch = anEpoch({ large: waiting(4) });
    const other = epochId(7, makeRollupId(1, `0x${'bb'.repeat(20)}`));
    const { reason } = decideFleet(aState({ epochs: [epoch], knownEpochs: [epoch.id, other] }));
    expect(reason).toContain(`epoch ${epoch.id} is mined`);
  });

  it('orders none for jobs that cannot start yet', () => {
    const notAsked = { ...waiting(1000), waitingJobs: 0, waitingSeconds: 0, usableSlots: 2.5 };
    expect(large(aState({ epochs: [anEpoch({ large: notAsked })] }))).toMatchObject({ spot: 3, od: 0 });
  });

  it('warms up for an epoch that is about to end, and not before', () => {
    const growing = (usableSlots: number): FleetState =>
      aState({
        epochs: [anEpoch({ large: { ...waiting(1000), usableSlots } }, { startsInSeconds: START_UP_SECONDS })],
      });
    expect(agentsOf(large(growing(0)))).toBe(0);
    expect(agentsOf(large(growing(1000)))).toBeGreaterThan(30);
  });

  it('keeps surplus agents while there are jobs for them, and stops idle ones', () => {
    const pools = { large: aPool({ spot: agents(20) }) };
    expect(large(aState({ pools, epochs: [anEpoch({ large: waiting(40) })] })).spot).toBe(20);
    expect(large(aState({ pools, epochs: [anEpoch({ large: waiting(3, 300) })] })).spot).toBe(3);
    expect(large(aState({ pools })).spot).toBe(0);
  });

  it('orders an agent for a second copy besides those that are proving, within the ceiling, and says so', () => {
    const { record } = aRunningJob();
    const withCopies = (copies: number, ceiling = 10): FleetState =>
      aState({
        pools: { small: aPool({ spot: agents(3, { busy: 3 }), limits: { floor: 0, ceiling, slotsPerAgent: 1 } }) },
        epochs: [anEpoch({ small: running(3) })],
        copies: Array.from({ length: copies }, () => ({ record, step: 'ask', reason: 'the merge is slow' })),
      });
    const small = (state: FleetState): PoolDecision => decideFleet(state).pools.small as PoolDecision;
    expect(agentsOf(small(withCopies(0)))).toBe(3);
    expect(agentsOf(small(withCopies(1)))).toBe(4);
    expect(small(withCopies(1)).reason).toMatch(/1 more for a second copy/);
    expect(agentsOf(small(withCopies(2, 4)))).toBe(4);
    expect(decideFleet(withCopies(1)).reason).toMatch(/the merge is slow/);
  });

  it('lets a pool with little work sleep while another is busy for long, and wakes it in time', () => {
    const small = { ...waiting(3, 10), workSeconds: 300 };
    const withLarge = (jobs: number): FleetState =>
      aState({
        pools: { small: aPool(), large: aPool({ spot: agents(2, { busy: 2 }) }) },
        epochs: [anEpoch({ small, large: waiting(jobs, 75) })],
      });
    expect(decideFleet(withLarge(30)).pools.small).toMatchObject({ spot: 0, od: 0 });
    expect(decideFleet(withLarge(30)).pools.small?.reason).toContain('can wait');
    expect(decideFleet(withLarge(5)).pools.small?.spot).toBeGreaterThan(0);
  });

  it('keeps an agent in every pool that a late epoch still needs, even if no job is ready for it', () => {
    const notReady: PoolLoad = { ...waiting(4, 10), waitingSeconds: 0, waitingJobs: 0, usableSlots: 0 };
    const smallWith = (windowSeconds: number): number =>
      agentsOf(
        decideFleet(
          aState({
            pools: { small: aPool({ spot: agents(1) }), large: aPool({ spot: agents(1, { busy: 1 }) }) },
            epochs: [anEpoch({ small: notReady, large: running(1, 180) }, { windowSeconds, pathSeconds: 400 })],
          }),
        ).pools.small as PoolDecision,
      );
    // 180 s go to submission and 75 s to a start: the margin of 420 s is untouched, or more than half used.
    expect(smallWith(400 + 180 + 75 + 420)).toBe(0);
    expect(smallWith(400 + 180 + 75 + 200)).toBe(1);
  });

  it('stops no agents when the ledger cannot be read, and says so', () => {
    const pools = { large: aPool({ spot: agents(20), od: agents(2) }) };
    const decision = decideFleet(aState({ pools, epochs: undefined }));
    expect(agentsOf(decision.pools.large as PoolDecision)).toBe(22);
    expect(decision.reason).toBe('the ledger could not be read, so no agents are stopped');
  });

  it('considers all agents busy when that is unknown, unless the ledger has no running job', () => {
    const pools = { large: aPool({ spot: agents(20, { busy: undefined }) }) };
    expect(large(aState({ pools, epochs: [anEpoch({ large: running(1) })] })).spot).toBe(20);
    expect(large(aState({ pools })).spot).toBe(0);
  });

  it('believes the ledger when it has more running jobs than the agents report', () => {
    const pools = { large: aPool({ spot: agents(2), od: agents(3) }) };
    expect(large(aState({ pools, epochs: [anEpoch({ large: running(4) })] }))).toMatchObject({ spot: 2, od: 2 });
  });

  it('drops an epoch whose deadline has passed', () => {
    expect(agentsOf(large(aState({ epochs: [anEpoch({ large: waiting(100) }, { windowSeconds: -1 })] })))).toBe(0);
  });

  it('stops no agents right after the clock jumped, but does when the next minute agrees', () => {
    const pools = { large: aPool({ spot: agents(20) }) };
    for (const jumpMs of [-1, 3_600_000]) {
      const memory = { atMs: NOW_MS - jumpMs, pools: {} };
      const first = decideFleet(aState({ pools, memory }));
      expect(first.pools.large?.spot).toBe(20);
      const second = decideFleet(aState({ pools, nowMs: NOW_MS + 60_000, memory: first.memory }));
      expect(second.pools.large?.spot).toBe(0);
    }
  });

  it('respects floor and ceiling, and says when the ceiling is too low', () => {
    const limits = { floor: 2, ceiling: 10, slotsPerAgent: 1 };
    const pools = { large: aPool({ limits }) };
    expect(agentsOf(large(aState({ pools })))).toBe(2);
    const decision = decideFleet(aState({ pools, epochs: [anEpoch({ large: waiting(6000) })] }));
    expect(agentsOf(decision.pools.large as PoolDecision)).toBe(10);
    expect(decision.pools.large?.reason).toContain('the ceiling is 10');
    expect(decision.reason).toMatch(/^epoch 7 may miss its deadline by \d+ s$/);
  });

  it('orders agents rather than slots where an agent has several', () => {
    const pools = { large: aPool({ limits: { floor: 0, ceiling: 1000, slotsPerAgent: 4 } }) };
    const slots = Math.ceil((360_000 * 1.08) / 1379);
    expect(agentsOf(large(aState({ pools, epochs: [anEpoch({ large: waiting(6000) })] })))).toBe(Math.ceil(slots / 4));
  });

  it('serves the earlier deadline first, and counts jobs of later epochs that are already waiting', () => {
    const soon = anEpoch({ large: waiting(100) }, { windowSeconds: 1500 });
    const later = anEpoch({ large: waiting(100) }, { number: 8, windowSeconds: 3800 });
    const alone = agentsOf(large(aState({ epochs: [soon] })));
    const together = agentsOf(large(aState({ epochs: [soon, later] })));
    expect(together).toBeGreaterThanOrEqual(2 * alone - 1);
    const notAsked = { large: { ...waiting(100), waitingJobs: 0, waitingSeconds: 0, usableSlots: 0 } };
    expect(agentsOf(large(aState({ epochs: [soon, { ...later, pools: notAsked }] })))).toBe(alone);
  });
});

describe('Spot and on demand', () => {
  const late = anEpoch({ large: waiting(10, 100) }, { windowSeconds: 600, pathSeconds: 100 });

  it('buys more on demand as slack falls, and everything when there is none', () => {
    const share = (windowSeconds: number): number => {
      const { spot, od } = large(aState({ epochs: [{ ...late, deadlineAtMs: NOW_MS + windowSeconds * 1000 }] }));
      return od / (spot + od);
    };
    const shares = [1400, 700, 600, 500, 300].map(share);
    expect(shares[0]).toBe(0);
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });

  it('buys on demand at once what Spot refuses', () => {
    const epochs = [anEpoch({ large: waiting(6000) })];
    const pools = { large: aPool({ spot: agents(5, { desired: 280 }), spotRefusals: 1 }) };
    const { spot, od } = large(aState({ pools, epochs }));
    expect(spot).toBe(5);
    expect(spot + od).toBeGreaterThanOrEqual(280);
  });

  it('buys on demand, for ten minutes, what Spot has not started within one and a half start-ups', () => {
    const epochs = [anEpoch({ large: waiting(6000) })];
    const pools = { large: aPool({ spot: agents(5, { desired: 280 }) }) };
    const first = decideFleet(aState({ pools, epochs }));
    expect(first.pools.large?.od).toBe(0);
    const laterMs = NOW_MS + 1.5 * START_UP_SECONDS * 1000;
    const second = decideFleet(aState({ pools, epochs, nowMs: laterMs, memory: first.memory }));
    expect(second.pools.large).toMatchObject({ spot: 5 });
    expect(second.pools.large?.reason).toContain('Spot has no capacity');
    const bought = { large: aPool({ spot: agents(5), od: agents(275) }) };
    const minute = (nowMs: number, memory: FleetState['memory']): PoolDecision =>
      large(aState({ pools: bought, epochs: [anEpoch({ large: waiting(9000) })], nowMs, memory }));
    expect(minute(laterMs + 599_000, { ...second.memory, atMs: laterMs + 540_000 }).spot).toBe(5);
    expect(minute(laterMs + 600_000, { ...second.memory, atMs: laterMs + 540_000 }).spot).toBeGreaterThan(5);
  });

  it('waits for Spot agents of a large order as long as some of them come up', () => {
    const epochs = [anEpoch({ large: waiting(6000) })];
    const startUps = [5, 120, 230].map((running) => ({ large: aPool({ spot: agents(running, { desired: 280 }) }) }));
    let memory: FleetState['memory'];
    for (const [index, pools] of startUps.entries()) {
      const nowMs = NOW_MS + index * START_UP_SECONDS * 1000;
      const decision = decideFleet(aState({ pools, epochs, nowMs, memory }));
      expect(decision.pools.large?.od).toBe(0);
      memory = decision.memory;
    }
  });

  it('keeps the configured share on demand', () => {
    const limits = { floor: 0, ceiling: 1000, slotsPerAgent: 1, onDemandShare: 0.1 };
    const { spot, od, reason } = large(
      aState({ pools: { large: aPool({ limits }) }, epochs: [anEpoch({ large: waiting(1000) })] }),
    );
    expect(od).toBe(Math.ceil(0.1 * (spot + od)));
    expect(reason).toContain('the configured share');
  });

  it('needs more agents for work with a longer path above it, by the time that the path leaves', () => {
    const withWay = (aboveSeconds: number): PoolDecision =>
      large(
        aState({
          epochs: [anEpoch({ large: { ...waiting(6000), bands: [{ workSeconds: 360_000, aboveSeconds }] } })],
        }),
      );
    expect(agentsOf(withWay(0))).toBe(Math.ceil((360_000 * 1.08) / (1379 + 250)));
    expect(agentsOf(withWay(600))).toBe(Math.ceil((360_000 * 1.08) / (1379 + 250 - 600)));
  });

  it('stays with Spot when agents are taken back while there is slack, and leaves it when there is none', () => {
    const storm = { large: aPool({ spot: agents(10), spotInterruptions: 5 }) };
    const calm = anEpoch({ large: waiting(10, 10) });
    expect(large(aState({ pools: storm, epochs: [calm] })).od).toBe(0);
    expect(large(aState({ pools: storm, epochs: [late] })).od).toBeGreaterThan(0);
  });
});

describe('the budget', () => {
  const epochs = [anEpoch({ small: waiting(1000), large: waiting(3000) })];

  it('limits the price of the fleet, with agents in every pool', () => {
    const decision = decideFleet(aState({ epochs, budget: { dollarsPerHour: 10, mayCross: false } }));
    expect(decision.dollarsPerHour).toBeLessThanOrEqual(10);
    expect(decision.dollarsPerHour).toBeGreaterThan(9);
    expect(decision.pools.small?.spot).toBeGreaterThan(0);
    expect(decision.reason).toContain('the budget of $10.00 an hour allows no more agents');
  });

  it('leaves each pool its first agent while the budget allows it', () => {
    const decision = decideFleet(aState({ epochs, budget: { dollarsPerHour: 0.65, mayCross: false } }));
    expect(decision.pools).toMatchObject({ small: { spot: 1 }, large: { spot: 1 } });
  });

  it('stops no agent that is proving', () => {
    const pools = { small: aPool(), large: aPool({ spot: agents(50, { busy: 50 }) }) };
    const decision = decideFleet(aState({ pools, epochs, budget: { dollarsPerHour: 1, mayCross: false } }));
    expect(decision.pools).toMatchObject({ small: { spot: 0 }, large: { spot: 50 } });
  });

  it('is exceeded if that is allowed, and only to save an epoch', () => {
    const saved = decideFleet(aState({ epochs, budget: { dollarsPerHour: 10, mayCross: true } }));
    expect(saved.dollarsPerHour).toBeGreaterThan(10);
    expect(saved.reason).toContain('the budget of $10.00 an hour is exceeded to save the epoch');
    const enough = saved.dollarsPerHour * 0.9;
    const notNeeded = decideFleet(aState({ epochs, budget: { dollarsPerHour: enough, mayCross: true } }));
    expect(notNeeded.dollarsPerHour).toBeLessThanOrEqual(enough);
  });
});
