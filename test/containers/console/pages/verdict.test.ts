import { describe, expect, it } from 'vitest';

import type { EpochSummary } from '../../../../containers/console/api/epochs.ts';
import type { Fleet } from '../../../../containers/console/api/fleet.ts';
import { moneyOf } from '../../../../containers/console/pages/data/epoch-money.ts';
import { fleetWarnings } from '../../../../containers/console/pages/data/fleet-warnings.ts';
import { byRisk, verdictOf } from '../../../../containers/console/pages/data/verdict.ts';

const NOW_MS = 1_000_000;

function anEpoch(name: string, change: Partial<EpochSummary> = {}): EpochSummary {
  return {
    id: name,
    epoch: Number(name),
    name,
    state: 'proving',
    networkVersion: '6.0.0',
    attempt: 1,
    openedAtMs: 0,
    deadlineAtMs: NOW_MS + 3_600_000,
    isMissed: false,
    hasRivalProof: false,
    ...change,
  } as EpochSummary;
}

const predicted = (chanceInTime: number, lackingPools: ('small' | 'large')[] = []): Partial<EpochSummary> => ({
  prediction: { earlyAtMs: NOW_MS + 1, likelyAtMs: NOW_MS + 2, lateAtMs: NOW_MS + 3, chanceInTime, lackingPools },
});

describe('the verdict on an epoch', () => {
  it.each([
    [predicted(0.999), 'good', 'Epoch 7 will make its deadline (chance: over 99 %).'],
    [predicted(0.8), 'busy', 'Epoch 7 may miss its deadline (chance: 80 %).'],
    [predicted(0.2), 'bad', 'Epoch 7 will probably miss its deadline (chance: 20 %).'],
    [predicted(0, ['large']), 'bad', 'Epoch 7 will not be proven: no agents of pool large.'],
    [{}, 'calm', 'Epoch 7 has no prediction yet.'],
    [{ state: 'submitting' }, 'good', 'The root of epoch 7 is proven and waits for L1.'],
    [{ state: 'submitting', deadlineAtMs: NOW_MS + 60_000 }, 'bad', 'The root of epoch 7 is proven and waits for L1.'],
    [{ state: 'failed', reason: 'no blobs' }, 'bad', 'Epoch 7 failed.'],
    [{ state: 'expired', isMissed: true }, 'bad', 'Epoch 7 was missed.'],
    [{ state: 'proven', marginMs: 60_000 }, 'good', 'Epoch 7 is proven on L1.'],
  ] as const)('says whether it makes its deadline: %o', (change, tone, headline) => {
    expect(verdictOf(anEpoch('7', change as Partial<EpochSummary>), NOW_MS)).toMatchObject({ tone, headline });
  });

  it('puts the one most at risk first, then the nearest deadline, and leaves out those that have ended', () => {
    const epochs = [
      anEpoch('1', predicted(1)),
      anEpoch('2', { ...predicted(1), deadlineAtMs: NOW_MS + 10 }),
      anEpoch('3', predicted(0.1)),
      anEpoch('4', { state: 'proven' }),
      anEpoch('5', { state: 'expired', isMissed: true }),
    ];
    expect(byRisk(epochs, NOW_MS).map(({ name }) => name)).toEqual(['3', '2', '1']);
  });
});

describe('the warnings about a fleet', () => {
  const fleet = {
    agents: { total: 2, proving: 1, byPool: [] },
    openEpochs: [{ id: '7', name: '7' }],
    l1: { headAtMs: NOW_MS - 12_000 },
    deadLetters: 0,
    disks: [{ directory: '/data', freeBytes: 1e12, isLow: false }],
    officialNodes: [],
    unreadable: [],
  } as unknown as Fleet;

  it('are none while nothing endangers epochs', () => {
    expect(fleetWarnings(fleet, NOW_MS)).toEqual([]);
  });

  it('name what endangers epochs, each with what to do', () => {
    const endangered = {
      ...fleet,
      agents: { total: 0, proving: 0, byPool: [] },
      l1: { headAtMs: NOW_MS - 600_000 },
      deadLetters: 1,
      disks: [{ directory: '/data', freeBytes: 1, isLow: true }],
    } as unknown as Fleet;
    expect(fleetWarnings(endangered, NOW_MS)).toEqual([
      'No agent has been seen for two minutes: start some with coppice start --prover-agent.',
      'The newest L1 block was made 10 min 0 s ago: check the L1 node.',
      'The disk of /data is almost full: free some space.',
      '1 dead letter: remove the cause, then run coppice redrive.',
    ]);
  });
});

describe('cost and reward by epoch', () => {
  it('are in dollars where any price is known, oldest first', () => {
    const { unit, epochs } = moneyOf([
      anEpoch('2', { agentsDollars: 3, rewardDollars: 5 }),
      anEpoch('1', { gasDollars: 1 }),
      anEpoch('0'),
    ]);
    expect(unit).toBe('dollars');
    expect(epochs.map(({ epoch, agents, gas, reward }) => [epoch.name, agents, gas, reward])).toEqual([
      ['1', undefined, 1, undefined],
      ['2', 3, undefined, 5],
    ]);
  });

  it('are in ether where only wei are known', () => {
    const { unit, epochs } = moneyOf([anEpoch('1', { gasWei: '2000000000000000', rewardWei: '1000000000000000000' })]);
    expect({ unit, gas: epochs[0]?.gas, reward: epochs[0]?.reward }).toEqual({ unit: 'ether', gas: 0.002, reward: 1 });
  });
});
