import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { closeOverdueEpochs } from '../../../shared/job-queue/close-epochs.ts';
import { StreamedEpochCloser } from '../../../shared/job-queue/close-streamed-epochs.ts';
import { sweepStrandedJobs } from '../../../shared/job-queue/sweep-stranded-jobs.ts';
import { AgentId, type JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { openStreamedEpoch, STREAMED_RANGE } from '../../../shared/ledger/streamed-epoch.ts';
import type { NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';
import { type EpochId, makeEpochId, makeLineId, EpochNumber } from '../../../shared/proving-job/epoch-id.ts';
import { aNewJob } from '../../contract/a-new-job.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';

const LINE = makeLineId('6.0.0');
const idOf = (epoch: number): EpochId => makeEpochId(LINE, EpochNumber.parse(epoch));
const AGENT = AgentId.parse('alice');
const log = pino({ level: 'silent' });

describe('closing epochs that stream', () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(() => harness.close());

  const nowMs = (): number => harness.nowMs();
  const closer = (
    firstUnprovenEpoch?: () => Promise<number | undefined>,
    isWanted: (id: EpochId) => boolean = () => false,
  ): StreamedEpochCloser =>
    new StreamedEpochCloser({ ...harness.engine, rollup: LINE, nowMs, log, firstUnprovenEpoch, isWanted });

  async function opened(epoch: number, deadlineAtMs?: number): Promise<EpochId> {
    const id = idOf(epoch);
    await openStreamedEpoch(
      harness.engine.epochs,
      { id, networkVersion: '6.0.0', readDeadlineAtMs: async () => deadlineAtMs },
      nowMs(),
    );
    return id;
  }

  const record = (epochId: EpochId, circuit: NativeCircuit): Promise<JobRecord> =>
    harness.engine.jobs.record(aNewJob(circuit, { epochId, rangeId: STREAMED_RANGE, networkVersion: '6.0.0' }));

  async function prove({ id, inputs }: JobRecord): Promise<void> {
    await harness.engine.jobs.markProven({
      jobId: id,
      agentId: AGENT,
      proof: inputs,
      provingMs: 1,
      claimedAtMs: nowMs(),
    });
  }

  const stateOf = async (id: EpochId): Promise<string | undefined> => (await harness.engine.epochs.find(id))?.state;
  const jobState = async ({ id }: JobRecord): Promise<string | undefined> =>
    (await harness.engine.jobs.find(id))?.state;

  it('closes those that L1 has proven, with what is left of their jobs, and no other', async () => {
    const ids = [await opened(4), await opened(5), await opened(6)];
    const jobs = await Promise.all(ids.map((id) => record(id, 'TX_MERGE_ROLLUP')));
    for (const id of ids) await prove(await record(id, 'ROOT_ROLLUP'));
    await closer(async () => undefined).close();
    expect(await Promise.all(ids.map(stateOf))).toEqual(['proving', 'proving', 'proving']);
    await closer(async () => 6).close();
    expect(await Promise.all(ids.map(stateOf))).toEqual(['proven', 'proven', 'proving']);
    expect(await Promise.all(jobs.map(jobState))).toEqual(['cancelled', 'cancelled', 'queued']);
  });

  it('leaves one that another prover has proven on L1 while a node goes on with it, and says so once', async () => {
    const id = await opened(5);
    const job = await record(id, 'TX_MERGE_ROLLUP');
    let isWanted = true;
    const toClose = closer(
      async () => 6,
      () => isWanted,
    );
    for (let minutes = 0; minutes < 30; minutes += 5) {
      await toClose.close();
      await harness.elapse(300);
    }
    expect([await stateOf(id), await jobState(job)]).toEqual(['proving', 'queued']);
    expect(await harness.engine.incidents.latest(10)).toMatchObject([{ kind: 'submission', subject: `epoch ${id}` }]);

    // The node has gone: nobody names its jobs, and no new ones come.
    isWanted = false;
    await record(id, 'TX_MERGE_ROLLUP');
    await toClose.close();
    await harness.elapse(599);
    await toClose.close();
    expect(await stateOf(id)).toBe('proving');
    await harness.elapse(1);
    await toClose.close();
    expect([await stateOf(id), await jobState(job)]).toEqual(['proven', 'cancelled']);
  });

  it("leaves another rollup's alone, and those whose tree is known", async () => {
    const id = makeEpochId(makeLineId('5.2.0'), EpochNumber.parse(5));
    const epoch = { id, networkVersion: '5.2.0', readDeadlineAtMs: async () => undefined };
    await openStreamedEpoch(harness.engine.epochs, epoch, nowMs());
    const shaped = idOf(4);
    const shape = [{ blocks: [{ publicTxs: 0, privateTxs: 1 }], l1ToL2Messages: 0 }];
    const deadlineAtMs = nowMs() + 60_000;
    await harness.engine.epochs.open({
      id: shaped,
      rangeId: STREAMED_RANGE,
      networkVersion: '6.0.0',
      shape,
      deadlineAtMs,
    });
    await closer(async () => 9).close();
    expect([await stateOf(id), await stateOf(shaped)]).toEqual(['proving', 'proving']);
  });

  it('without L1, closes one ten minutes after its root is proven and nothing is open', async () => {
    const id = await opened(5);
    const root = await record(id, 'ROOT_ROLLUP');
    const toClose = closer();
    await toClose.close();
    await prove(root);
    await toClose.close();
    await harness.elapse(599);
    await toClose.close();
    expect(await stateOf(id)).toBe('proving');
    await harness.elapse(1);
    await toClose.close();
    expect(await harness.engine.epochs.find(id)).toMatchObject({ state: 'proven', rootJobId: root.id });
  });

  it('without L1, leaves one open while jobs come, or one is open, or its root is missing', async () => {
    const [busy, open, rootless] = [await opened(5), await opened(6), await opened(7)];
    for (const id of [busy, open]) await prove(await record(id, 'ROOT_ROLLUP'));
    await record(open, 'TX_MERGE_ROLLUP');
    await prove(await record(rootless, 'TX_MERGE_ROLLUP'));
    const toClose = closer();
    await toClose.close();
    await harness.elapse(599);
    await prove(await record(busy, 'TX_MERGE_ROLLUP'));
    await toClose.close();
    await harness.elapse(599);
    await toClose.close();
    expect(await Promise.all([busy, open, rootless].map(stateOf))).toEqual(['proving', 'proving', 'proving']);
  });

  it('opens a closed one again when a job comes late, and cancels what came between closing and now', async () => {
    const id = await opened(5);
    await prove(await record(id, 'ROOT_ROLLUP'));
    await closer(async () => 6).close();
    const late = await record(id, 'TX_MERGE_ROLLUP');
    const sweep = { ...harness.engine, strandedSeconds: 0, nowMs, log };
    await harness.elapse(1);
    await sweepStrandedJobs(sweep);
    expect(await jobState(late)).toBe('cancelled');
    await opened(5);
    expect(await stateOf(id)).toBe('proving');
    await record(id, 'TX_MERGE_ROLLUP');
    await closer(async () => 5).close();
    expect(await stateOf(id)).toBe('proving');
  });

  it('is closed by the sweeper at its deadline, and stays so', async () => {
    const id = await opened(5, nowMs() + 60_000);
    const job = await record(id, 'TX_MERGE_ROLLUP');
    await harness.elapse(60);
    await closeOverdueEpochs({ ...harness.engine, nowMs, log });
    await opened(5, nowMs() + 60_000);
    expect([await stateOf(id), await jobState(job)]).toEqual(['expired', 'cancelled']);
  });
});
