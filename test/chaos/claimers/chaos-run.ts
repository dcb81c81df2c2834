import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { pino } from 'pino';

import { ProofRequests } from '../../../shared/proof-requests/proof-requests.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { type EngineOptions, openEngine } from '../../../shared/engine/open-engine.ts';
import type { DeadLetter } from '../../../shared/job-queue/job-queue.ts';
import type { Incident } from '../../../shared/ledger/incident-log.ts';
import { type AgentId, type JobRecord, RangeId } from '../../../shared/ledger/job-ledger.ts';
import { runSweeper } from '../../../shared/job-queue/sweep-ledger.ts';
import type { ExpectedTree } from '../../../shared/merge-tree/expected/expected-tree.ts';
import { ClaimerCrew } from './claimer-crew.ts';
import { type JournalEntry, readJournals } from './journal.ts';
import { Patience } from './patience.ts';
import { proveTree } from './prove-tree.ts';
import { readShamProof } from './sham-proof.ts';
import { SeededRandom } from './seeded-random.ts';
import { UnreliableQueue } from './unreliable-queue.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

export const CHAOS_EPOCH = epochId(7);
export const CHAOS_RANGE = RangeId.parse('0xc4a05');

export interface ChaosOptions {
  readonly seed: string;
  /** Its lease and its budgets are the claimers' too. */
  readonly engine: EngineOptions;
  readonly tree: ExpectedTree;
  readonly claimers: number;
  readonly killEveryMs: number;
  readonly doubledShare: number;
  readonly withheldShare: number;
  /** After how long a job without news gets a new message. `undefined`: there is no sweeper. */
  readonly strandedSeconds: number | undefined;
  /** How long a claim waits for a message. */
  readonly claimSeconds: number;
  /** How often the node compares with the ledger what it waits for. */
  readonly reconcileMs: number;
  /** Proofs that the node waits for at the most: each more makes for a longer way through the queue. */
  readonly mostAtOnce: number;
}

/** What a run left behind. */
export interface ChaosStory {
  readonly records: readonly JobRecord[];
  readonly journal: readonly JournalEntry[];
  readonly killed: ReadonlySet<AgentId>;
  readonly unexpectedEnds: readonly string[];
  readonly withheld: number;
  readonly deadLetters: readonly DeadLetter[];
  readonly incidents: readonly Incident[];
  /** Proofs that are not in the store as the ledger names them, and why. */
  readonly lostProofs: readonly string[];
}

/** Sweeps before a job counts as stranded. */
const SWEEPS = 4;
const LOOK_MS = 250;

/** Has the tree proven by claimers that are killed time and again, over a queue that loses and doubles; then lets it drain. */
export async function runChaos(options: ChaosOptions): Promise<ChaosStory> {
  const journalDirectory = await mkdtemp(join(tmpdir(), 'coppice-claimers-'));
  const engine = await openEngine(options.engine);
  const { seed, doubledShare, claimSeconds, killEveryMs } = options;
  const crew = new ClaimerCrew({
    size: options.claimers,
    engine: options.engine,
    seed,
    doubledShare,
    claimSeconds,
    killEveryMs,
    journalDirectory,
  });
  try {
    await crew.start();
    const withheld = await proveUnderFire(options, engine, crew);
    await crew.stop();
    const records = await engine.jobs.jobsOfEpoch(CHAOS_EPOCH);
    return {
      records,
      withheld,
      journal: await readJournals(journalDirectory),
      killed: crew.killed,
      unexpectedEnds: crew.unexpectedEnds,
      deadLetters: await engine.queue.deadLetters(),
      incidents: await engine.incidents.latest(100),
      lostProofs: await findLostProofs(engine, records),
    };
  } finally {
    await crew.kill();
    await engine.close();
    await rm(journalDirectory, { recursive: true, force: true });
  }
}

/** The node's part. Ends when the tree is proven and the queue is empty; answers how many messages were withheld. */
async function proveUnderFire(options: ChaosOptions, engine: Engine, crew: ClaimerCrew): Promise<number> {
  const { seed, tree, strandedSeconds, withheldShare, reconcileMs } = options;
  const log = pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });
  let withheld = 0;
  const queue = new UnreliableQueue(engine.queue, {
    withheldShare,
    doubledShare: 0,
    random: new SeededRandom(seed, 'node'),
    onWithheld: () => (withheld += 1),
  });
  const requests = new ProofRequests({
    engine: { ...engine, queue },
    epochId: CHAOS_EPOCH,
    rangeId: CHAOS_RANGE,
    networkVersion: '4.1.2',
    reconcileMs,
    log,
  });
  const isProven = new AbortController();
  const isOver = new AbortController();
  const killing = crew.keepKilling(isProven.signal);
  const sweeping =
    strandedSeconds === undefined
      ? undefined
      : runSweeper(
          { ...engine, queue, strandedSeconds, nowMs: Date.now, log },
          (strandedSeconds * 1000) / SWEEPS,
          isOver.signal,
        );
  const patience = new Patience(() => describeProgress(engine, tree));
  requests.start();
  try {
    const proving = proveTree(tree, CHAOS_EPOCH, requests, options.mostAtOnce, () => patience.restart());
    await patience.during(proving, 'the tree is not proven');
    isProven.abort();
    await patience.during(
      untilEmpty(engine, isOver.signal, () => patience.restart()),
      'the queue is not empty',
    );
  } finally {
    isProven.abort();
    isOver.abort();
    requests.stop(new Error('the run is over'));
    await Promise.all([killing, sweeping]);
  }
  return withheld;
}

async function untilEmpty(engine: Engine, signal: AbortSignal, onChange: () => void): Promise<void> {
  let before = -1;
  while (!signal.aborted) {
    const messages = await countMessages(engine);
    if (messages === 0) return;
    if (messages !== before) onChange();
    before = messages;
    await sleep(LOOK_MS);
  }
}

async function countMessages({ queue }: Engine): Promise<number> {
  return (await queue.depths()).reduce((sum, { waiting, leased }) => sum + waiting + leased, 0);
}

/** The tree and the queue, in a line. */
async function describeProgress(engine: Engine, { jobs }: ExpectedTree): Promise<string> {
  const states = Map.groupBy(await engine.jobs.jobsOfEpoch(CHAOS_EPOCH), ({ state }) => state);
  const counts = [...states].map(([state, records]) => `${records.length} ${state}`);
  return `of ${jobs.length} jobs: ${counts.join(', ')}; ${await countMessages(engine)} messages in the queue`;
}

async function findLostProofs(engine: Engine, records: readonly JobRecord[]): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const { id, proof } of records) {
    try {
      if (proof === undefined) throw new Error('the ledger names no proof');
      readShamProof(id, await engine.proofs.get(proof));
    } catch (error) {
      lost.push(`${id}: ${String(error)}`);
    }
  }
  return lost;
}
