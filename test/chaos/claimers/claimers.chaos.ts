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

/** What suits the engine. */
export interface ChaosPace {
  /** After how long a job without news gets a new message, in seconds. */
  readonly strandedSeconds: number;
  /** How long a claim waits for a message, in seconds. */
  readonly claimSeconds: number;
  /** How often the node compares with the ledger what it waits for, in milliseconds. */
  readonly reconcileMs: number;
  /** Proofs that the node waits for at the most. */
  readonly mostAtOnce: number;
  /** After how long the tree, and then the queue, counts as one that does not end, in seconds. */
  readonly patienceSeconds: number;
}

/** Nothing is to be rejected here: what killing costs is counted, not judged. */
export const CHAOS_BUDGETS: AttemptBudgets = {
  'lost-agent': 1000,
  'out-of-memory': 1,
  'time-out': 1,
  failure: 1,
  'corrupt-inputs': 1,
};

/** For what comes before and after, in seconds: 40 processes start, and end. */
const AROUND_SECONDS = 120;

/**
 * Claimers that are killed with `kill -9` all the time, over a queue that loses and doubles messages.
 *
 * @param testFile for the line that says how to have the same again; as far as the machine lets it be the same
 */
export function describeClaimers(
  engine: string,
  testFile: string,
  open: () => Promise<ChaosArena>,
  { strandedSeconds, ...pace }: ChaosPace,
): void {
  const seed = process.env['CHAOS_SEED'] ?? randomBytes(4).toString('hex');
  const again = `CHAOS_SEED=${seed} npm test -- ${testFile}`;
  process.stdout.write(`claimers on the ${engine} engine: ${again}\n`);
  const common = { seed, ...pace };

  describe(`a thousand jobs and 40 claimers, one killed each second, on the ${engine} engine (${again})`, () => {
    const block = { publicTxs: 4, privateTxs: 4 };
    // 1,001 jobs, some of them with several parents: the two checkpoints without messages share their parity.
    const shape = Array.from({ length: 10 }, (_, checkpoint) => ({
      blocks: [block, block, block, block],
      l1ToL2Messages: checkpoint < 8 ? 1024 : 0,
    }));
    const story = describeRun(open, shape, {
      ...common,
      claimers: 40,
      killEveryMs: 1000,
      doubledShare: 0.3,
      withheldShare: 0.05,
      strandedSeconds,
    });

    it('goes through the chaos that it is about', () => {
      const { records, killed, withheld } = story();
      expect(records).toHaveLength(1001);
      expect(killed.size).toBeGreaterThan(10);
      expect(withheld).toBeGreaterThan(20);
      expect(eventsOf(story(), 'doubled').length).toBeGreaterThan(200);
      expect(eventsOf(story(), 'already-settled').length).toBeGreaterThan(0);
      expect(eventsOf(story(), 'gave-up').length).toBeGreaterThan(0);
      expect(lostAttempts(story())).toBeGreaterThan(0);
    });
  });

  describe(`a tree whose jobs have one message each and no sweeper, on the ${engine} engine (${again})`, () => {
    const block = { publicTxs: 3, privateTxs: 3 };
    // Here the queue alone must bring back what a killed claimer held: a sweeper would make up for one that does not.
    const story = describeRun(open, [{ blocks: [block, block, block, block], l1ToL2Messages: 300 }], {
      ...common,
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

/** Has the run before the first test, and the tests of what every run must leave behind. */
function describeRun(
  open: () => Promise<ChaosArena>,
  shape: readonly CheckpointShape[],
  options: Omit<ChaosOptions, 'engine' | 'tree'>,
): () => ChaosStory {
  const tree = expectedTree(shape);
  let arena: ChaosArena | undefined;
  let story: ChaosStory | undefined;
  const told = (): ChaosStory => {
    if (story === undefined) throw new Error('the run did not come to its end');
    return story;
  };

  beforeAll(
    async () => {
      arena = await open();
      story = await runChaos({ ...options, engine: arena.engine, tree });
    },
    (2 * options.patienceSeconds + AROUND_SECONDS) * 1000,
  );
  afterAll(() => arena?.close());

  it('settles each job once', () => {
    const { records, journal, killed } = told();
    expect(settlementProblems(records, journal, killed)).toEqual([]);
  });

  it('has the whole tree on record, each job proven before its parent was asked for', () => {
    expect(checkTrace(new Trace(told().records, CHAOS_RANGE), tree)).toMatchObject({
      isComplete: true,
      unproven: [],
      orphans: [],
      missingChildren: [],
      lateChildren: [],
      misshapen: [],
      countMismatches: [],
    });
    expect(told().records).toHaveLength(tree.jobs.length);
  });

  it('keeps in the store the proof that the ledger names, for each job', () => {
    expect(told().lostProofs).toEqual([]);
  });

  it('sets nothing aside and needs no operator', () => {
    expect(told().deadLetters).toEqual([]);
    expect(told().incidents).toEqual([]);
  });

  it('counts nothing but lost agents, and no more of them than there were claims', () => {
    const claims = Map.groupBy(eventsOf(told(), 'claimed'), ({ jobId }) => jobId);
    for (const { id, attempts } of told().records) {
      const { 'lost-agent': lost, ...others } = attempts;
      expect(others).toEqual({ 'out-of-memory': 0, 'time-out': 0, failure: 0, 'corrupt-inputs': 0 });
      // A claimer that was killed before it could write its claim down has left no line.
      expect(lost).toBeLessThanOrEqual((claims.get(id)?.length ?? 0) + told().killed.size);
    }
  });

  it('lets every claimer that was not killed go on until it is told to end', () => {
    expect(told().unexpectedEnds).toEqual([]);
    expect(eventsOf(told(), 'failed')).toEqual([]);
  });

  return told;
}

function eventsOf({ journal }: ChaosStory, event: JournalEntry['event']): readonly JournalEntry[] {
  return journal.filter((entry) => entry.event === event);
}

function lostAttempts({ records }: ChaosStory): number {
  return records.reduce((sum, { attempts }) => sum + attempts['lost-agent'], 0);
}
