import { describe, expect, it } from 'vitest';

import { fargateDollarsPerHour } from '../../../shared/cost/agent-prices.ts';
import { type CostPart, epochCost, type EpochCostInput, totalDollars } from '../../../shared/cost/epoch-cost.ts';
import type { FleetDecisionRecord } from '../../../shared/ledger/decision-log.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { RANGE, RecordedEpoch } from '../merge-tree/recorded-epoch.ts';
import { epochId, namesOfEpoch } from '../../fixtures/epoch-id.ts';
import { EpochNumber } from '../../../shared/proving-job/epoch-id.ts';

const SHAPE = [{ blocks: [{ publicTxs: 0, privateTxs: 1 }], l1ToL2Messages: 0 }];
const EPOCH: EpochRecord = {
  ...namesOfEpoch(7),
  rangeId: RANGE,
  networkVersion: '4.1.2',
  firstCheckpoint: 1,
  lastCheckpoint: 1,
  shape: SHAPE,
  deadlineAtMs: 9e6,
  state: 'proven',
  attempt: 1,
  openedAtMs: 0,
  attemptAtMs: 0,
};

/** Every job proven, each after it held its agent for an hour. */
function jobs(): EpochCostInput['jobs'] {
  const epoch = new RecordedEpoch(SHAPE);
  epoch.proveAll();
  return epoch.records.map((record) => ({ ...record, claimedAtMs: 0, settledAtMs: 3_600_000 }));
}

function decision(minute: number, dollarsPerHour: number, epochs: readonly number[]): FleetDecisionRecord {
  return {
    kind: 'fleet',
    atMs: minute * 60_000,
    epochs: epochs.map((epoch) => ({
      epochId: epochId(epoch),
      epoch: EpochNumber.parse(epoch),
      deadlineAtMs: 9e6,
      pathSeconds: 1,
      slackSeconds: 1,
    })),
    pools: [
      {
        pool: 'large',
        was: { spot: 1, od: 0, running: 1 },
        spot: 1,
        od: 0,
        dollarsPerHour,
        workSeconds: 1,
        waitingJobs: 0,
        runningJobs: 0,
        reason: 'because',
      },
    ],
    dollarsPerHour,
    reason: 'because',
  };
}

function part(parts: readonly CostPart[], name: string): CostPart | undefined {
  return parts.find((each) => each.name === name);
}

describe('epochCost', () => {
  it('counts agents by the time that jobs held them, without a scaler', () => {
    const parts = epochCost({ epoch: EPOCH, jobs: jobs(), decisions: [], gas: undefined });
    const large = jobs().filter(({ pool }) => pool === 'large').length;
    expect(part(parts, 'large')?.dollars).toBeCloseTo(large * fargateDollarsPerHour('large', 'spot'));
    expect(part(parts, 'gas')).toBeUndefined();
    expect(totalDollars(parts)).toBeGreaterThan(part(parts, 'large')?.dollars ?? Infinity);
  });

  it('counts the agents that ran between two decisions, and shares their cost among the open epochs', () => {
    const decisions = [
      decision(0, 6, [7]),
      decision(1, 6, [7, 8]),
      decision(2, 6, [8]),
      decision(3, 6, []),
      decision(4, 6, []),
    ];
    const parts = epochCost({ epoch: EPOCH, jobs: jobs(), decisions: decisions.toReversed(), gas: undefined });
    // The first minute whole, of the second a half.
    expect(part(parts, 'large')?.dollars).toBeCloseTo(0.1 + 0.05);
  });

  it('says that the price is unknown: of agents that nothing scales, and of Spot', () => {
    const machines = epochCost({ epoch: EPOCH, jobs: jobs(), decisions: [], gas: undefined });
    expect(part(machines, 'large')?.because).toMatch(
      /; the price of these agents is unknown: this is what Fargate Spot/,
    );

    const known = decision(0, 6, [7]);
    const unknown = {
      ...known,
      atMs: 60_000,
      pools: known.pools.map((pool) => ({ ...pool, isPriceAtMost: true as const })),
    };
    const because = (decisions: readonly FleetDecisionRecord[]): string | undefined =>
      part(epochCost({ epoch: EPOCH, jobs: jobs(), decisions, gas: undefined }), 'large')?.because;
    expect(because([known, decision(1, 6, [7])])).toMatch(/with the time to start and to wait$/);
    expect(because([known, unknown])).toMatch(/; at most: the price of Spot is unknown, and counted as on demand$/);
  });

  it('counts the decisions of each version line by themselves', () => {
    const ofV6 = (minute: number): FleetDecisionRecord => ({ ...decision(minute, 60, [8]), line: 'v6' });
    const decisions = [decision(0, 6, [7]), ofV6(0.5), decision(1, 6, [7]), ofV6(1.5)];
    const parts = epochCost({ epoch: EPOCH, jobs: jobs(), decisions, gas: undefined });
    expect(part(parts, 'large')?.dollars).toBeCloseTo(0.1);
  });

  it("bills nothing of AWS on the operator's own machines, and agents at their price", () => {
    const of = (dollarsPerAgentHour: number | undefined): CostPart[] =>
      epochCost({ epoch: EPOCH, jobs: jobs(), decisions: [], gas: undefined, ownMachines: { dollarsPerAgentHour } });
    const large = jobs().filter(({ pool }) => pool === 'large').length;
    expect(part(of(2), 'large')?.dollars).toBeCloseTo(2 * large);
    expect(part(of(2), 'large')?.because).toMatch(/, on your own machines at \$2 an hour$/);
    expect(totalDollars(of(undefined))).toBe(0);
    expect([...of(2), ...of(undefined)].map(({ kind }) => kind)).not.toContain('aws');
  });

  it('counts no cost for hours without a decision', () => {
    const decisions = [decision(0, 6, [7]), decision(600, 6, [7])];
    const parts = epochCost({ epoch: EPOCH, jobs: jobs(), decisions, gas: undefined });
    expect(part(parts, 'large')?.dollars).toBeCloseTo(6 / 4);
  });

  it('prices gas when the price of an ether is given, and returns only the ether otherwise', () => {
    const wei = 2_000_000n * 10n ** 9n;
    const priced = epochCost({ epoch: EPOCH, jobs: [], decisions: [], gas: { wei, dollarsPerEther: 3000 } });
    expect(part(priced, 'gas')).toMatchObject({ dollars: 6, because: '0.002000 ETH at the most' });
    const unpriced = epochCost({ epoch: EPOCH, jobs: [], decisions: [], gas: { wei, dollarsPerEther: undefined } });
    expect(part(unpriced, 'gas')?.dollars).toBeUndefined();
  });

  it('counts requests by jobs and heartbeats, and storage by bytes', () => {
    const none = epochCost({ epoch: EPOCH, jobs: [], decisions: [], gas: undefined });
    expect(totalDollars(none)).toBe(0);
    const some = epochCost({ epoch: EPOCH, jobs: jobs(), decisions: [], gas: undefined });
    expect(part(some, 'SQS')?.because).toContain(`${jobs().length} jobs and ${jobs().length * 90} heartbeats`);
    for (const service of ['SQS', 'S3', 'DynamoDB']) expect(part(some, service)?.dollars).toBeGreaterThan(0);
  });
});
