import { describe, expect, it } from 'vitest';

import { renderWhy } from '../../../../containers/cli/inspect/render-why.ts';
import { textOf } from '../../../../containers/terminal/line.ts';
import type { FleetDecisionRecord } from '../../../../shared/ledger/decision-log.ts';
import { EpochNumber, makeRollupId } from '../../../../shared/proving-job/epoch-id.ts';
import { epochId, ROLLUP } from '../../../fixtures/epoch-id.ts';

const AT_MS = 1_800_000_000_000;
const EPOCH = EpochNumber.parse(7);

function decision(minutesAgo: number, spot: number, was: number): FleetDecisionRecord {
  return {
    kind: 'fleet',
    atMs: AT_MS - minutesAgo * 60_000,
    epochs: [{ epoch: EPOCH, deadlineAtMs: AT_MS + 1_200_000, pathSeconds: 251.4, slackSeconds: 433 }],
    pools: [
      {
        pool: 'large',
        was: { spot: was, od: 0, running: was },
        spot,
        od: 0,
        dollarsPerHour: 0.3 * was,
        workSeconds: 4000,
        waitingJobs: 9,
        runningJobs: was,
        reason: '4320 s of work in 900 s',
      },
    ],
    dollarsPerHour: 0.3 * spot,
    reason: 'epoch 7 is mined 433 s before its deadline at the latest',
  };
}

describe('coppice why', () => {
  it('shows what of an epoch that streams is known and what is forecast', () => {
    const newest = decision(1, 5, 5);
    const stream = {
      endsAtMs: AT_MS + 600_000,
      elapsedShare: 0.74,
      knownSeconds: 1234.4,
      forecastSeconds: 5678,
      earlierEpochs: 2,
      orphans: 3,
    };
    const why = (change: Partial<typeof stream>): string => {
      const epochs = newest.epochs.map((epoch) => ({ ...epoch, stream: { ...stream, ...change } }));
      const [, , , line] = renderWhy({ fleet: [{ ...newest, epochs }], submissions: [], epochIds: [], atMs: AT_MS });
      return textOf(line!).trim();
    };

    expect(why({})).toBe(
      '1234 s of work known; 5678 s forecast from 74 % of the epoch and 2 earlier; ' +
        'its top tree begins in 10 min 0 s; 3 jobs left behind by a prune, not counted',
    );
    expect(why({ endsAtMs: AT_MS, earlierEpochs: 0, orphans: 0 })).toBe(
      '1234 s of work known; 5678 s forecast from 74 % of the epoch and no earlier epoch',
    );
  });

  it('shows why there are so many agents, earlier changes, and decisions about roots', () => {
    const text = renderWhy({
      fleet: [decision(1, 5, 5), decision(2, 5, 5), decision(3, 5, 0)],
      submissions: [
        {
          kind: 'submission',
          atMs: AT_MS - 90_000,
          epoch: EPOCH,
          choice: 'wait',
          costWei: '5',
          reason: 'gas is falling',
        },
      ],
      epochIds: [],
      atMs: AT_MS,
    });
    expect(text.map(textOf).join('\n')).toMatchInlineSnapshot(`
      "The fleet
        1 min 0 s ago: epoch 7 is mined 433 s before its deadline at the latest; $1.50 an hour
        epoch 7: 20 min 0 s to its deadline, 251 s on the critical path, 433 s of slack
        large  5 on Spot  0 on demand  5 running  4320 s of work in 900 s

      Earlier changes
        3 min 0 s ago large 0+0 to 5+0 (Spot + on demand): epoch 7 is mined 433 s before its deadline at the latest

      Roots
        1 min 30 s ago epoch 7: wait, gas is falling"
    `);
  });

  it('names epochs by their ids where the ledger has those of two rollups, which both count from 0', () => {
    const [here, elsewhere] = [epochId(7), epochId(7, makeRollupId(1, `0x${'bb'.repeat(20)}`))];
    const [epoch] = decision(1, 5, 5).epochs;
    const why = (epochIds: Parameters<typeof renderWhy>[0]['epochIds']): string =>
      renderWhy({
        fleet: [{ ...decision(1, 5, 5), epochs: [{ ...epoch!, epochId: here }] }],
        submissions: [
          { kind: 'submission', atMs: AT_MS, epochId: here, epoch: EPOCH, choice: 'wait', costWei: '5', reason: 'r' },
        ],
        epochIds,
        atMs: AT_MS,
      })
        .map(textOf)
        .join('\n');
    expect(why([here, elsewhere])).toContain(`epoch ${ROLLUP}:7: 20 min 0 s to its deadline`);
    expect(why([here, elsewhere])).toContain(`epoch ${ROLLUP}:7: wait, r`);
    expect(why([here])).not.toContain(ROLLUP);
  });

  it('shows the newest decision of each version line, and whose an earlier change was', () => {
    const ofV6 = (minutesAgo: number, spot: number, was: number): FleetDecisionRecord => ({
      ...decision(minutesAgo, spot, was),
      line: 'v6',
      reason: 'no work',
    });
    const fleet = [ofV6(1, 0, 0), decision(2, 5, 5), ofV6(3, 0, 4), decision(4, 5, 5)];
    const lines = renderWhy({ fleet, submissions: [], epochIds: [], atMs: AT_MS }).map(textOf);
    const under = (title: string): string | undefined => lines[lines.indexOf(title) + 1];
    expect(under('Version line native')).toMatch(/^ {2}2 min 0 s ago: epoch 7 is mined/);
    expect(under('Version line v6')).toMatch(/^ {2}1 min 0 s ago: no work/);
    expect(under('Earlier changes')).toBe('  3 min 0 s ago v6: large 4+0 to 0+0 (Spot + on demand): no work');
  });

  it('is no wider than the terminal', () => {
    const fleet = [decision(1, 5, 5), decision(3, 5, 0)];
    for (const line of renderWhy({ fleet, submissions: [], epochIds: [], atMs: AT_MS }, 60)) {
      expect(textOf(line).length).toBeLessThanOrEqual(60);
    }
  });

  it('shows that there are no decisions yet', () => {
    const text = renderWhy({ fleet: [], submissions: [], epochIds: [], atMs: AT_MS });
    expect(text.map(textOf)).toContain('  no scaling decisions yet');
  });
});
