import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { predictEpochs } from '../../../../shared/merge-tree/prediction/predict-epochs.ts';
import { UsualTimes } from '../../../../shared/merge-tree/prediction/usual-times.ts';
import { agentsFor, EIGHT_LEAVES, predict, tallyWith, timedJobs, VERSION, workOf } from './a-prediction.ts';

const many = (seconds: number): number[] => Array<number>(40).fill(seconds);
/** Leaves of 10 s, merges of 20 s, roots of 30 s: 230 s of work for eight leaves, and 80 s on the longest chain. */
const TIMES = new UsualTimes(VERSION, [
  ...timedJobs('CANARY_LEAF', ...many(10)),
  ...timedJobs('CANARY_MERGE', ...many(20)),
  ...timedJobs('CANARY_ROOT', ...many(30)),
]);
const WORK_SECONDS = 230;
const CHAIN_SECONDS = 80;

describe('predictEpochs', () => {
  it('counts all the work for one agent, and the longest chain for many', () => {
    const alone = predict(workOf(EIGHT_LEAVES), { times: TIMES, agents: agentsFor(1) });
    expect(alone.rootInSeconds.likely / WORK_SECONDS).toBeCloseTo(1, 1);
    const many = predict(workOf(EIGHT_LEAVES), { times: TIMES, agents: agentsFor(50) });
    expect(many.rootInSeconds.likely / CHAIN_SECONDS).toBeCloseTo(1, 1);
    expect(many.chain.map(({ circuit }) => circuit)).toEqual([
      'CANARY_LEAF',
      'CANARY_MERGE',
      'CANARY_MERGE',
      'CANARY_ROOT',
    ]);
    expect(many.chain.at(-1)?.endsInSeconds).toBeCloseTo(CHAIN_SECONDS);
  });

  it('counts the way from a proof to the job that needs it', () => {
    const { chain } = predict(workOf(EIGHT_LEAVES), { times: TIMES, agents: agentsFor(50), hopSeconds: 5 });
    expect(chain.at(-1)?.endsInSeconds).toBeCloseTo(CHAIN_SECONDS + 3 * 5);
  });

  it('counts a job over its usual time by what it has taken, and never as done', () => {
    const times = new UsualTimes(VERSION, timedJobs('CANARY_ROOT', ...many(2)));
    const tally = tallyWith({
      CANARY_LEAF: { proven: 8 },
      CANARY_MERGE: { proven: 6 },
      CANARY_ROOT: { running: [60] },
    });
    const { rootInSeconds, chain } = predict(workOf(EIGHT_LEAVES, tally), { times });
    expect(rootInSeconds.likely).toBeGreaterThan(10);
    expect(rootInSeconds.late).toBeGreaterThan(60);
    expect(chain).toMatchObject([{ circuit: 'CANARY_ROOT', state: 'running', runningSeconds: 60 }]);
  });

  it('waits for agents that are coming', () => {
    const { rootInSeconds, chain } = predict(workOf(EIGHT_LEAVES), { times: TIMES, agents: agentsFor(50, 100) });
    expect(rootInSeconds.early).toBeGreaterThan(100);
    expect(chain[0]).toMatchObject({ waitsForAgentSeconds: 100 });
  });

  it('never ends where a pool has no agents, and names the pool and the job', () => {
    const agents = { ...agentsFor(4), slots: [{ pools: ['large' as const], slots: 4, inSeconds: 0 }] };
    const { rootInSeconds, chanceInTime, lacking, chain } = predict(workOf(EIGHT_LEAVES), { agents, secondsLeft: 1e6 });
    expect(rootInSeconds).toEqual({ early: Infinity, likely: Infinity, late: Infinity });
    expect({ chanceInTime, lacking }).toEqual({ chanceInTime: 0, lacking: ['small'] });
    expect(chain[0]).toMatchObject({ circuit: 'CANARY_LEAF', startsInSeconds: Infinity });
  });

  it('gives the chance of a root in time', () => {
    const chanceOf = (secondsLeft: number): number | undefined =>
      predict(workOf(EIGHT_LEAVES), { times: TIMES, agents: agentsFor(1), secondsLeft }).chanceInTime;
    expect(chanceOf(10)).toBe(0);
    expect(chanceOf(10_000)).toBe(1);
    expect(chanceOf(WORK_SECONDS)).toBeGreaterThan(0.1);
    expect(chanceOf(WORK_SECONDS)).toBeLessThan(0.9);
    expect(predict(workOf(EIGHT_LEAVES)).chanceInTime).toBeUndefined();
  });

  it('expects a scaler to start an agent where a pool has none, and more while an epoch would be late', () => {
    const scaling = { pools: ['small'] as const, startUpSeconds: 90, reserveSeconds: 0 };
    const slow = predict(workOf(EIGHT_LEAVES), { times: TIMES, agents: { slots: [], scaling }, secondsLeft: 1000 });
    expect(slow.chain.at(-1)?.endsInSeconds).toBeCloseTo(90 + WORK_SECONDS);
    const hurried = predict(workOf(EIGHT_LEAVES), { times: TIMES, agents: { slots: [], scaling }, secondsLeft: 260 });
    expect(hurried.chain.at(-1)?.endsInSeconds).toBeLessThan(260);
  });

  it('lets a later epoch wait for an earlier one, unless its jobs are in a lane that goes first', () => {
    const leaves = workOf(EIGHT_LEAVES);
    const root = workOf(EIGHT_LEAVES, tallyWith({ CANARY_LEAF: { proven: 8 }, CANARY_MERGE: { proven: 6 } }));
    const laterRoot = (order: 'epochs' | 'lanes'): number => {
      const epochs = [leaves, root].map((work) => ({ work, times: TIMES, secondsLeft: undefined }));
      const [, later] = predictEpochs({ epochs, agents: agentsFor(1), order, hopSeconds: 0 });
      return later?.chain.at(-1)?.endsInSeconds ?? NaN;
    };
    expect(laterRoot('lanes')).toBeCloseTo(40);
    // But for the moments in which the earlier epoch has no job that is ready.
    expect(laterRoot('epochs')).toBeGreaterThan(150);
  });

  it('has nothing left of an epoch whose root is proven', () => {
    const done = tallyWith({ CANARY_LEAF: { proven: 8 }, CANARY_MERGE: { proven: 6 }, CANARY_ROOT: { proven: 1 } });
    expect(predict(workOf(EIGHT_LEAVES, done), { secondsLeft: 5 })).toEqual({
      rootInSeconds: { early: 0, likely: 0, late: 0 },
      chanceInTime: 1,
      lacking: [],
      chain: [],
    });
  });

  it('gives the same prediction for the same input, and one that holds together', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 8 }), (slots, proven) => {
        const tally = tallyWith({ CANARY_LEAF: { proven, waiting: 8 - proven } });
        const input = { times: TIMES, agents: agentsFor(slots), secondsLeft: 150 };
        const prediction = predict(workOf(EIGHT_LEAVES, tally), input);
        expect(predict(workOf(EIGHT_LEAVES, tally), input)).toEqual(prediction);
        const { early, likely, late } = prediction.rootInSeconds;
        expect(early).toBeLessThanOrEqual(likely);
        expect(likely).toBeLessThanOrEqual(late);
        for (const [index, step] of prediction.chain.entries()) {
          const before = prediction.chain[index - 1]?.endsInSeconds ?? 0;
          expect(step.startsInSeconds).toBeCloseTo(before + step.waitsForAgentSeconds);
        }
        const more = predict(workOf(EIGHT_LEAVES, tally), { ...input, agents: agentsFor(slots + 8) });
        expect(more.rootInSeconds.likely).toBeLessThanOrEqual(likely * 1.05);
      }),
      { numRuns: 30 },
    );
  });
});
