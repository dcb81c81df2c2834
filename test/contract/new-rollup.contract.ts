import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findEpoch } from '../../containers/fleet-view/find-epoch.ts';
import { readFleetStatus } from '../../containers/fleet-view/fleet-status.ts';
import { textOf } from '../../containers/terminal/line.ts';
import { renderStatus } from '../../containers/cli/inspect/render-status.ts';
import { EarlierEpochs } from '../../functions/scale-fleet/earlier-epochs.ts';
import { ProvenJobs } from '../../shared/merge-tree/progress/proven-jobs.ts';
import { readLoads } from '../../functions/scale-fleet/read-loads.ts';
import { readEpochs } from '../../shared/l1-watch/read-epochs.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { reviveRejected } from '../../shared/job-queue/revive-rejected.ts';
import { AgentId, RangeId } from '../../shared/ledger/job-ledger.ts';
import { EpochNumber, epochIdWithoutRollup, makeRollupId, type RollupId } from '../../shared/proving-job/epoch-id.ts';
import { epochId } from '../fixtures/epoch-id.ts';
import { aNewJob } from './a-new-job.ts';
import type { EngineHarness } from './engine-harness.ts';
import { aNewEpoch } from './epoch-ledger.contract.ts';

const OLD = makeRollupId(1, `0x${'aa'.repeat(20)}`);
const NEW = makeRollupId(1, `0x${'bb'.repeat(20)}`);
/** Epochs that the old rollup had: more than any list of the newest holds. */
const OLD_EPOCHS = 20;
const LIMITS = { epochs: 10, incidents: 10, agentsSeenWithinSeconds: 120 };

/** What is documented as an upgrade of the network: the registry names a new rollup, which counts from 0, and the ledger stays. */
export function describeNewRollup(adapter: string, open: () => Promise<EngineHarness>): void {
  describe(`a new rollup over the same ledger: ${adapter}`, () => {
    let harness: EngineHarness;
    let engine: Engine;
    beforeEach(async () => {
      harness = await open();
      engine = harness.engine;
      for (let number = 0; number < OLD_EPOCHS; number += 1) {
        const { id, rangeId } = await openEpoch(number, OLD);
        const root = await engine.outbox.store(aRoot(number, OLD));
        await engine.outbox.replace({ ...root, state: 'mined', settledAtMs: harness.nowMs() });
        await engine.epochs.advance(id, rangeId, 'proven');
        await harness.elapse(1);
      }
      await harness.elapse(2_304);
      await openEpoch(2, NEW);
    });
    afterEach(() => harness.close());

    async function openEpoch(number: number, rollup: RollupId) {
      return await engine.epochs.open({ ...aNewEpoch(number, rollup), deadlineAtMs: harness.nowMs() + 4_608_000 });
    }

    function aRoot(number: number, rollup: RollupId) {
      const { rangeId } = aNewEpoch(number, rollup);
      const to = `0x${rollup.slice(-40)}` as const;
      return { epochId: epochId(number, rollup), rangeId, to, data: '0x02', deadlineAtMs: harness.nowMs() } as const;
    }

    it('has the scaler see its epochs', async () => {
      const { epochs, running } = await readLoads({
        ...engine,
        proven: new ProvenJobs(engine.jobs),
        earlier: new EarlierEpochs(engine.jobs),
        growing: undefined,
        slotsOf: () => ({ slots: 0, startUpSeconds: 90 }),
        nowMs: harness.nowMs(),
      });
      expect([epochs.map(({ id }) => id), running]).toEqual([[epochId(2, NEW)], []]);
    });

    it('has them first in the status, which names the rollups', async () => {
      const status = await readFleetStatus(engine, LIMITS, harness.nowMs(), { place: 'a test' });
      expect(status.epochs.map(({ id }) => id).slice(0, 2)).toEqual([epochId(2, NEW), epochId(19, OLD)]);
      const lines = renderStatus(status).map(textOf);
      expect(lines.slice(lines.indexOf('Epochs') + 1).slice(0, 2)).toEqual([
        expect.stringContaining(`2   ${NEW}  proving`),
        expect.stringContaining(`19  ${OLD}  proven`),
      ]);
    });

    it("has a number mean its epoch, and the old rollup's where it has none of that number", async () => {
      const found = async (id = epochId(2, OLD)) => await findEpoch(engine.epochs, id);
      const numbered = (number: number) => epochIdWithoutRollup(EpochNumber.parse(number));
      expect(await found(numbered(2))).toMatchObject({ epoch: { id: epochId(2, NEW) }, rollup: NEW });
      expect(await found(numbered(5))).toMatchObject({ epoch: { id: epochId(5, OLD) }, rollup: OLD });
      expect(await found()).toMatchObject({ epoch: { id: epochId(2, OLD) }, rollup: OLD });
      expect(await findEpoch(engine.epochs, undefined)).toMatchObject({ epoch: { id: epochId(2, NEW) } });
    });

    it('has its root submitted, though the old rollup has mined one of the same number', async () => {
      expect(await engine.outbox.store(aRoot(2, NEW))).toMatchObject({ state: 'waiting', version: 1 });
      expect(await engine.outbox.open()).toMatchObject([{ epochId: epochId(2, NEW), to: aRoot(2, NEW).to }]);
    });

    it("has its jobs counted as left, and epochs that nobody took up as unknown, not as the old rollup's", async () => {
      const at = (epoch: number) => ({ epoch, deadlineAtMs: harness.nowMs() + 4_608_000 });
      const deps = { ...engine, rollup: NEW, nowMs: () => harness.nowMs() };
      const [known, ...others] = await readEpochs([at(2), at(3)], deps);
      expect(known).toMatchObject({ epoch: 2, state: 'proving' });
      expect(known?.jobsLeft).toBeGreaterThan(0);
      expect(others).toEqual([]);
    });

    it("revives its own rejected jobs and not the old rollup's", async () => {
      const jobs = [
        aNewJob('PARITY_BASE', { epochId: epochId(2, OLD) }),
        aNewJob('PARITY_BASE', { epochId: epochId(2, NEW) }),
      ];
      for (const job of jobs) {
        await engine.jobs.record(job);
        await engine.jobs.reject(job.id, 'its attempts are spent');
      }
      expect(await reviveRejected({ id: epochId(2, NEW), rangeId: RangeId.parse('0xa1') }, engine)).toBe(1);
      const states = await Promise.all(jobs.map(async ({ id }) => (await engine.jobs.find(id))?.state));
      expect(states).toEqual(['rejected', 'queued']);
      expect(await engine.jobs.claim(jobs[1]!.id, AgentId.parse('alice'), 30)).toMatchObject({ outcome: 'claimed' });
    });
  });
}
