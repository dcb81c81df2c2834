import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { L1Clock } from '../../../shared/l1/l1-clock.ts';
import { closeOverdueEpochs } from '../../../shared/job-queue/close-epochs.ts';
import { EPOCHS_IN_NEED } from '../../../shared/ledger/epoch-needs.ts';
import { runSweeper, sweepLedger } from '../../../shared/job-queue/sweep-ledger.ts';
import { type EpochRecord, type EpochState } from '../../../shared/ledger/epoch-ledger.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { aNewJob } from '../../contract/a-new-job.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { aNewEpoch } from '../../contract/epoch-ledger.contract.ts';
import { type RootRecord } from '../../../shared/ledger/outbox.ts';

describe('closing overdue epochs', () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(() => harness.close());

  const close = (): Promise<void> =>
    closeOverdueEpochs({
      ...harness.engine,
      nowMs: () => harness.nowMs(),
      log: createLogger('sweep', { logLevel: 'silent' }),
    });

  async function anEpoch(state: EpochState): Promise<{
    record(): Promise<EpochRecord | undefined>;
    storeRoot(): Promise<RootRecord>;
    stateNow(): Promise<string | undefined>;
    jobNow(): Promise<string | undefined>;
  }> {
    const { engine } = harness;
    const { id: openId, rangeId } = await engine.epochs.open({
      ...aNewEpoch(),
      deadlineAtMs: harness.nowMs() + 60_000,
    });
    await engine.epochs.advance(openId, rangeId, state);
    const { id } = await engine.jobs.record(aNewJob('PARITY_BASE', { epochId: openId, rangeId }));
    return {
      record: () => engine.epochs.find(openId),
      storeRoot: () =>
        engine.outbox.store({ epochId: openId, rangeId, to: '0xaa', data: '0xbb', deadlineAtMs: harness.nowMs() }),
      stateNow: async () => (await engine.epochs.find(openId))?.state,
      jobNow: async () => (await engine.jobs.find(id))?.state,
    };
  }

  it.each(['proving', 'failed'] as const)(
    'marks one that is %s expired and cancels its jobs, at its deadline',
    async (state) => {
      const epoch = await anEpoch(state);
      await harness.elapse(59);
      await close();
      expect([await epoch.stateNow(), await epoch.jobNow()]).toEqual([state, 'queued']);
      await harness.elapse(1);
      await close();
      expect([await epoch.stateNow(), await epoch.jobNow()]).toEqual(['expired', 'cancelled']);
    },
  );

  it('leaves one open until L1 says as well that its window has closed', async () => {
    const epoch = await anEpoch('proving');
    let l1NowMs = harness.nowMs();
    // The machine's clock is an hour ahead.
    const clock = new L1Clock({ nowMs: () => l1NowMs + 3_600_000, steadyMs: () => 0 });
    const closeByL1 = async (): Promise<void> => {
      clock.observe([{ host: 'own', blockAtMs: l1NowMs }]);
      const log = createLogger('sweep', { logLevel: 'silent' });
      const deps = { ...harness.engine, strandedSeconds: 0, nowMs: () => clock.windowNowMs(), log };
      await sweepLedger(deps);
    };
    await closeByL1();
    expect([await epoch.stateNow(), await epoch.jobNow()]).toEqual(['proving', 'queued']);
    l1NowMs += 60_000;
    await closeByL1();
    expect([await epoch.stateNow(), await epoch.jobNow()]).toEqual(['expired', 'cancelled']);
  });

  it('closes those that many newer ones came after, too', async () => {
    const abandoned = await anEpoch('proving');
    await harness.elapse(60);
    for (let newer = 0; newer < EPOCHS_IN_NEED; newer += 1) {
      await harness.engine.epochs.open({ ...aNewEpoch(), deadlineAtMs: harness.nowMs() + 60_000 });
    }
    await close();
    expect(await abandoned.stateNow()).toBe('proving');
    const stop = new AbortController();
    const log = createLogger('sweep', { logLevel: 'silent' });
    const deps = { ...harness.engine, strandedSeconds: 600, nowMs: () => harness.nowMs(), log };
    const sweeping = runSweeper(deps, 10, stop.signal);
    await expect.poll(() => abandoned.stateNow()).toBe('expired');
    stop.abort();
    await sweeping;
  });

  it('reports each once', async () => {
    await anEpoch('failed');
    await harness.elapse(60);
    await close();
    await close();
    expect(await harness.engine.incidents.latest(10)).toMatchObject([
      { kind: 'epoch-failed', message: 'its proof window closed; 1 jobs were cancelled' },
    ]);
  });

  it.each(['submitting', 'proven'] as const)('leaves one that is %s', async (state) => {
    const epoch = await anEpoch(state);
    await epoch.storeRoot();
    await harness.elapse(60);
    await close();
    expect(await epoch.stateNow()).toBe(state);
  });

  it('fails one whose root was given up just before it was submitting, so that it is taken up again', async () => {
    const epoch = await anEpoch('submitting');
    const root = await epoch.storeRoot();
    await close();
    expect(await epoch.stateNow()).toBe('submitting');
    await harness.engine.outbox.replace({ ...root, state: 'expired', reason: 'its checkpoints are gone' });
    await close();
    expect(await epoch.record()).toMatchObject({ state: 'failed', reason: 'its checkpoints are gone' });
  });

  it('fails one that waits for a root which was never stored, and ends it once its window has closed', async () => {
    const [early, late] = [await anEpoch('submitting'), await anEpoch('submitting')];
    await early.storeRoot();
    await close();
    expect([await early.stateNow(), await late.stateNow()]).toEqual(['submitting', 'failed']);
    await harness.elapse(60);
    await close();
    expect([await early.stateNow(), await late.stateNow()]).toEqual(['submitting', 'expired']);
  });

  it('goes on where it was cut off', async () => {
    const epoch = await anEpoch('failed');
    await harness.elapse(60);
    const advance = (): never => {
      throw new Error('cut off');
    };
    const { engine } = harness;
    const log = createLogger('sweep', { logLevel: 'silent' });
    const cutOff = {
      ...engine,
      epochs: { ...engine.epochs, latest: engine.epochs.latest.bind(engine.epochs), advance },
    };
    await expect(closeOverdueEpochs({ ...cutOff, nowMs: () => harness.nowMs(), log })).rejects.toThrow('cut off');
    await close();
    expect([await epoch.stateNow(), await epoch.jobNow()]).toEqual(['expired', 'cancelled']);
  });
});
