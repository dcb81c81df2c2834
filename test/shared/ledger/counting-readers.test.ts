import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { readHistory } from '../../../containers/fleet-view/epoch-history.ts';
import { explainEpoch } from '../../../containers/fleet-view/explain-epoch.ts';
import { findEpoch } from '../../../containers/fleet-view/find-epoch.ts';
import { readFleetStatus } from '../../../containers/fleet-view/fleet-status.ts';
import { SnapshotReader } from '../../../containers/epoch-view/snapshot-reader.ts';
import { readLoads } from '../../../functions/scale-fleet/read-loads.ts';
import { EarlierEpochs } from '../../../functions/scale-fleet/earlier-epochs.ts';
import { ProvenJobs } from '../../../shared/merge-tree/progress/proven-jobs.ts';
import { reportCosts } from '../../../functions/scale-fleet/report-costs.ts';
import { readEpochs } from '../../../shared/l1-watch/read-epochs.ts';
import { SqliteDatabase } from '../../../shared/engine/embedded/sqlite-database.ts';
import { cancelOtherRanges } from '../../../shared/job-queue/cancel-other-ranges.ts';
import { sendJobs } from '../../../shared/job-queue/send-jobs.ts';
import { sweepStrandedJobs } from '../../../shared/job-queue/sweep-stranded-jobs.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { AgentId, type JobRecord } from '../../../shared/ledger/job-ledger.ts';
import type { NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';
import { sha256Of } from '../../../shared/proving-job/proving-job-id.ts';

import { ROLLUP } from '../../fixtures/epoch-id.ts';
import { aNewJob } from '../../contract/a-new-job.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { aNewEpoch } from '../../contract/epoch-ledger.contract.ts';

const ALICE = AgentId.parse('alice');
/** More than a reader takes of one circuit to learn how long it takes. */
const FEW = 50;
const MANY = 200;
const STRANDED_SECONDS = 480;
/** Rows of one statement: in the time that it takes no timer fires, and no socket is read. */
const MOST_ROWS = 500;

describe('programs that only count', () => {
  let harness: EmbeddedHarness;
  let epoch: EpochRecord;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    epoch = await harness.engine.epochs.open({ ...aNewEpoch(), deadlineAtMs: harness.nowMs() + 3_600_000 });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await harness.close();
  });

  async function recorded(circuit: NativeCircuit, count: number): Promise<readonly JobRecord[]> {
    const { jobs } = harness.engine;
    const { id: epochId, rangeId } = epoch;
    return await Promise.all(Array.from({ length: count }, () => jobs.record(aNewJob(circuit, { epochId, rangeId }))));
  }

  /** Jobs that wait, each with a message, and jobs that are proven. */
  async function addJobs(count: number): Promise<void> {
    const { engine } = harness;
    await sendJobs(await recorded('PUBLIC_CHONK_VERIFIER', count), engine);
    for (const job of await recorded('PARITY_BASE', count)) {
      const claim = await engine.jobs.claim(job.id, ALICE, 60);
      const claimedAtMs = claim.outcome === 'claimed' ? claim.lease.claimedAtMs : expect.fail();
      const proof = { ...job.inputs, sha256: sha256Of(new TextEncoder().encode(job.id)) };
      await engine.jobs.markProven({ jobId: job.id, agentId: ALICE, proof, provingMs: 1, claimedAtMs });
    }
  }

  /** Rows that the database returned, and the most of one statement. */
  async function rowsOf(act: () => Promise<unknown>): Promise<{ readonly rows: number; readonly most: number }> {
    const all = vi.spyOn(SqliteDatabase.prototype, 'all');
    await act();
    const counts = all.mock.results.map(({ type, value }) => (type === 'return' ? (value as unknown[]).length : 0));
    all.mockRestore();
    return { rows: counts.reduce((sum, count) => sum + count, 0), most: Math.max(...counts) };
  }

  const readers: Record<string, () => Promise<unknown>> = {
    'the scaler': () =>
      readLoads({
        ...harness.engine,
        proven: new ProvenJobs(harness.engine.jobs),
        earlier: new EarlierEpochs(harness.engine.jobs),
        growing: undefined,
        slotsOf: () => ({ slots: 1, startUpSeconds: 90 }),
        nowMs: harness.nowMs(),
      }),
    'the cost of an epoch': () =>
      reportCosts([epoch], { engine: harness.engine, metrics: { record: () => undefined } }),
    'watch-l1': () => readEpochs([epoch], { ...harness.engine, rollup: ROLLUP, nowMs: () => harness.nowMs() }),
    'coppice status': () =>
      readFleetStatus(harness.engine, { epochs: 10, incidents: 10, agentsSeenWithinSeconds: 60 }, harness.nowMs(), {
        place: 'a test',
      }),
    'coppice why EPOCH': async () =>
      explainEpoch(harness.engine, await findEpoch(harness.engine.epochs, epoch.id), harness.nowMs()),
    'coppice epochs': () => readHistory(harness.engine, 20, harness.nowMs()),
    'the live view': () => new SnapshotReader({ engine: harness.engine, nowMs: () => harness.nowMs() }).read(),
    'the cancelling of other ranges': () => cancelOtherRanges(epoch, harness.engine.jobs),
    'a sweep while every job has a message': async () => {
      await harness.elapse(STRANDED_SECONDS + 1);
      const { engine } = harness;
      const sent = await sweepStrandedJobs({
        ...engine,
        strandedSeconds: STRANDED_SECONDS,
        nowMs: () => harness.nowMs(),
        log: pino({ level: 'silent' }),
      });
      expect(sent).toBe(0);
    },
  };

  it.each(Object.keys(readers))('%s reads as much of many jobs as of few', async (reader) => {
    await addJobs(FEW);
    const { rows: ofFew } = await rowsOf(readers[reader]!);
    await addJobs(MANY);
    const { rows: ofMany } = await rowsOf(readers[reader]!);
    expect(ofMany).toBe(ofFew);
  });

  it('count in the index alone', async () => {
    await addJobs(1);
    const all = vi.spyOn(SqliteDatabase.prototype, 'all');
    await harness.engine.jobs.tally(epoch.id, epoch.rangeId);
    const [count] = all.mock.calls.filter(([sql]) => sql.includes('count(*)'));
    const database = all.mock.contexts[0] as SqliteDatabase;
    all.mockRestore();
    const [sql, ...parameters] = count ?? expect.fail();
    const plan = database.all(`explain query plan ${sql}`, ...parameters).map(({ detail }) => String(detail));
    expect(plan).toEqual([expect.stringContaining('USING COVERING INDEX jobs_by_state')]);
  });

  it.each(['openJobs', 'strandedJobs', 'cancelEpoch', 'rejectedJobs'] as const)(
    'let others run during %s',
    async (name) => {
      const count = 3 * MOST_ROWS;
      const ids = (await recorded('PUBLIC_CHONK_VERIFIER', count)).map(({ id }) => id);
      const { jobs } = harness.engine;
      if (name === 'rejectedJobs') await Promise.all(ids.map((id) => jobs.reject(id, 'nobody could prove it')));
      let turns = 0;
      let isDone = false;
      const takeTurn = (): void => {
        turns += 1;
        if (!isDone) setImmediate(takeTurn);
      };
      setImmediate(takeTurn);
      const calls = {
        openJobs: async () => (await jobs.openJobs(epoch.id)).length,
        strandedJobs: async () => (await jobs.strandedJobs(0)).length,
        cancelEpoch: () => jobs.cancelEpoch(epoch.id, 'window closed'),
        rejectedJobs: async () => {
          const rejected = await jobs.rejectedJobs(epoch.id, epoch.rangeId);
          expect(rejected.map(({ id }) => id)).toEqual(ids);
          return rejected.length;
        },
      };
      let found = 0;
      const { most } = await rowsOf(async () => (found = await calls[name]()));
      isDone = true;
      expect(found).toBe(count);
      expect(most).toBeLessThanOrEqual(MOST_ROWS);
      expect(turns).toBeGreaterThanOrEqual(count / MOST_ROWS);
    },
  );

  it('return as many stranded jobs as were asked for, and the others next', async () => {
    const jobs = await recorded('PUBLIC_CHONK_VERIFIER', 5);
    const first = await harness.engine.jobs.strandedJobs(0, 3);
    expect(first.map(({ id }) => id)).toEqual(jobs.slice(0, 3).map(({ id }) => id));
    await sendJobs(first, harness.engine);
    expect(await harness.engine.jobs.strandedJobs(0, 3)).toEqual(jobs.slice(3));
  });
});
