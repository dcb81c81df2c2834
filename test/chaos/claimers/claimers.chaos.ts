import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EngineOptions } from '../../../shared/engine/open-engine.ts';
import type { AttemptBudgets } from '../../../shared/ledger/job-ledger.ts';
import type { CheckpointShape } from '../../../shared/proving-job/checkpoint-shape.ts';
import { expectedTree } from '../../../shared/merge-tree/expected/tree-of-shape.ts';
import { checkTrace } from '../../../shared/merge-tree/progress/trace-check.ts';
import { Trace } from '../../../shared/merge-tree/progress/trace.ts';
import { CHAOS_RANGE, type ChaosOptions, type ChaosStory, runChaos } from './chaos-run.ts';
import type { JournalEntry } from './journal.ts';
import { settlementProblems } from './settlement-problems.ts';

/** An engine that nobody else uses. */
export interface ChaosArena {
  readonly engine: EngineOptions;
  close(): Promise<void>;
}

/** Where claimers can be let loose, and the pace that suits it. */
export interface ChaosGround {
  readonly name: string;
  readonly open: () => Promise<ChaosArena>;
  readonly pace: ChaosPace;
}

interface ChaosPace {
  /** After how long a job without news gets a new message, in seconds. */
  readonly strandedSeconds: number;
  /** How long a claim waits for a message, in seconds. */
  readonly claimSeconds: number;
  /** How often the node compares with the ledger what it waits for, in milliseconds. */
  readonly reconcileMs: number;
  /** Proofs that the node waits for at the most. */
  readonly mostAtOnce: number;
}

/** How much chaos there is. */
interface ChaosScale {
  readonly claimers: number;
  readonly killEveryMs: number;
  /** How many jobs the tree of `shape` has. */
  readonly jobs: number;
  readonly shape: readonly CheckpointShape[];
}

const BLOCK = { publicTxs: 4, privateTxs: 4 };

/** For every change. */
export const SMALL_CHAOS: ChaosScale = {
  claimers: 12,
  killEveryMs: 400,
  jobs: 203,
  // Some jobs have several parents: the two checkpoints without messages share their parity.
  shape: Array.from({ length: 4 }, (_, checkpoint) => ({
    blocks: [BLOCK, BLOCK],
    l1ToL2Messages: checkpoint < 2 ? 1024 : 0,
  })),
};

/** For `npm run test:long`. */
export const FULL_CHAOS: ChaosScale = {
  claimers: 40,
  killEveryMs: 1000,
  jobs: 1001,
  shape: Array.from({ length: 10 }, (_, checkpoint) => ({
    blocks: [BLOCK, BLOCK, BLOCK, BLOCK],
    l1ToL2Messages: checkpoint < 8 ? 1024 : 0,
  })),
};

/** Nothing is to be rejected here: what killing costs is counted, not judged. */
export const CHAOS_BUDGETS: AttemptBudgets = {
  'lost-agent': 1000,
  'out-of-memory': 1,
  'time-out': 1,
  failure: 1,
  'corrupt-inputs': 1,
};

const SEED = process.env['CHAOS_SEED'] ?? randomBytes(4).toString('hex');

/** Claimers that are killed with `kill -9` all the time, over a queue that loses and doubles messages. */
export function describeClaimers(ground: ChaosGround, { claimers, killEveryMs, jobs, shape }: ChaosScale): void {
  describe(`${jobs} jobs and ${claimers} claimers, killed one after the other, ${whereAndHow(ground)}`, () => {
    const story = describeRun(ground, shape, {
      seed: SEED,
      ...ground.pace,
      claimers,
      killEveryMs,
      doubledShare: 0.3,
      withheldShare: 0.05,
    });

    it('goes through the chaos that it is about', () => {
      const { records, killed, withheld } = story();
      expect(records).toHaveLength(jobs);
      expect(killed.size).toBeGreaterThan(10);
      expect(withheld).toBeGreaterThan(jobs / 50);
      expect(eventsOf(story(), 'doubled').length).toBeGreaterThan(jobs / 5);
      expect(eventsOf(story(), 'already-settled').length).toBeGreaterThan(0);
      expect(eventsOf(story(), 'gave-up').length).toBeGreaterThan(0);
      expect(lostAttempts(story())).toBeGreaterThan(0);
    });
  });
}

/** Here the queue alone must bring back what a killed claimer held: a sweeper would make up for one that does not. */
export function describeClaimersWithoutSweeper(ground: ChaosGround): void {
  describe(`a tree whose jobs have one message each and no sweeper, ${whereAndHow(ground)}`, () => {
    const block = { publicTxs: 3, privateTxs: 3 };
    const story = describeRun(ground, [{ blocks: [block, block, block, block], l1ToL2Messages: 300 }], {
      seed: SEED,
      ...ground.pace,
      claimers: 10,
      killEveryMs: 300,
      doubledShare: 0,
      withheldShare: 0,
      strandedSeconds: undefined,
    });

    it('loses claimers in the middle of a job', () => {
      expect(lostAttempts(story())).toBeGreaterThan(0);
    });
  });
}

/** And how to have the same again, as far as the machine lets it be the same. */
function whereAndHow({ name }: ChaosGround): string {
  return `on the ${name} engine (CHAOS_SEED=${SEED})`;
}

/** Has the run before the first test, and the tests of what every run must leave behind. */
function describeRun(
  ground: ChaosGround,
  shape: readonly CheckpointShape[],
  options: Omit<ChaosOptions, 'engine' | 'tree'>,
): () => ChaosStory {
  const tree = expectedTree(shape);
  let arena: ChaosArena | undefined;
  let story: ChaosStory | undefined;
  const finished = (): ChaosStory => {
    if (story === undefined) throw new Error('the run did not come to its end');
    return story;
  };

  // Without a limit of time: the run itself gives up when there is no progress.
  beforeAll(async () => {
    arena = await ground.open();
    story = await runChaos({ ...options, engine: arena.engine, tree });
  }, Infinity);
  afterAll(() => arena?.close());

  it('settles each job once', () => {
    const { records, journal, killed } = finished();
    expect(settlementProblems(records, journal, killed)).toEqual([]);
  });

  it('has the whole tree on record, each job proven before its parent was asked for', () => {
    expect(checkTrace(new Trace(finished().records, CHAOS_RANGE), tree)).toMatchObject({
      isComplete: true,
      unproven: [],
      orphans: [],
      missingChildren: [],
      lateChildren: [],
      misshapen: [],
      countMismatches: [],
    });
    expect(finished().records).toHaveLength(tree.jobs.length);
  });

  it('keeps in the store the proof that the ledger names, for each job', () => {
    expect(finished().lostProofs).toEqual([]);
  });

  it('sets nothing aside and needs no operator', () => {
    expect(finished().deadLetters).toEqual([]);
    expect(finished().incidents).toEqual([]);
  });

  it('counts nothing but lost agents, and no more of them than there were claims', () => {
    const claims = Map.groupBy(eventsOf(finished(), 'claimed'), ({ jobId }) => jobId);
    for (const { id, attempts } of finished().records) {
      const { 'lost-agent': lost, ...others } = attempts;
      expect(others).toEqual({ 'out-of-memory': 0, 'time-out': 0, failure: 0, 'corrupt-inputs': 0 });
      // A claimer that was killed before it could write its claim down has left no line.
      expect(lost).toBeLessThanOrEqual((claims.get(id)?.length ?? 0) + finished().killed.size);
    }
  });

  it('lets every claimer that was not killed go on until it is asked to end', () => {
    expect(finished().unexpectedEnds).toEqual([]);
    expect(eventsOf(finished(), 'failed')).toEqual([]);
  });

  return finished;
}

function eventsOf({ journal }: ChaosStory, event: JournalEntry['event']): readonly JournalEntry[] {
  return journal.filter((entry) => entry.event === event);
}

function lostAttempts({ records }: ChaosStory): number {
  return records.reduce((sum, { attempts }) => sum + attempts['lost-agent'], 0);
}
