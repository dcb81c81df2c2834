import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { EpochLedger, EpochRecord, EpochState, NewEpoch } from '../../shared/ledger/epoch-ledger.ts';
import { RangeId } from '../../shared/ledger/job-ledger.ts';
import { aNewJob } from './a-new-job.ts';
import { epochId, ROLLUP } from '../fixtures/epoch-id.ts';
import { makeRollupId, parseEpochId, TRIALS } from '../../shared/proving-job/epoch-id.ts';

export interface EpochLedgerHarness {
  readonly epochs: EpochLedger;
  nowMs(): number;
  elapse(seconds: number): Promise<void>;
  close(): Promise<void>;
}

const OTHER_RANGE = RangeId.parse('0xb2');
const OTHER_ROLLUP = makeRollupId(1, `0x${'bb'.repeat(20)}`);

export function describeEpochLedgerContract(adapter: string, open: () => Promise<EpochLedgerHarness>): void {
  describe(`EpochLedger contract: ${adapter}`, () => {
    let harness: EpochLedgerHarness;
    let epochs: EpochLedger;
    beforeEach(async () => {
      harness = await open();
      epochs = harness.epochs;
    });
    afterEach(() => harness.close());

    it('opens a new epoch as proving, with its first attempt', async () => {
      const epoch = aNewEpoch();
      const expected = {
        ...epoch,
        epoch: parseEpochId(epoch.id).epoch,
        state: 'proving',
        attempt: 1,
        openedAtMs: harness.nowMs(),
        attemptAtMs: harness.nowMs(),
      };
      expect(await epochs.open(epoch)).toStrictEqual(expected);
      expect(await epochs.find(epoch.id)).toStrictEqual(expected);
    });

    it('opens an epoch that streams once, however many of its jobs do, and again when it was closed', async () => {
      const { shape: _shape, firstCheckpoint: _first, lastCheckpoint: _last, ...epoch } = aNewEpoch();
      const opened = await epochs.open(epoch);
      expect(opened).not.toHaveProperty('shape');
      await harness.elapse(30);
      expect(await Promise.all([epochs.open(epoch), epochs.open(epoch)])).toStrictEqual([opened, opened]);
      expect(await epochs.latest(1)).toStrictEqual([opened]);
      await epochs.advance(epoch.id, epoch.rangeId, 'proven');
      expect(await epochs.open(epoch)).toStrictEqual({ ...opened, attempt: 2, attemptAtMs: harness.nowMs() });
    });

    it('leaves an epoch of a native node as it is when an official node asks for its jobs as well', async () => {
      const native = aNewEpoch();
      const { shape: _shape, firstCheckpoint: _first, lastCheckpoint: _last, ...epoch } = native;
      const streamed = { ...epoch, rangeId: OTHER_RANGE };
      const opened = await epochs.open(native);
      expect(await epochs.open(streamed)).toStrictEqual(opened);
      const failed = await epochs.advance(native.id, native.rangeId, 'failed');
      expect(await epochs.open(streamed)).toStrictEqual(failed);
    });

    it('moves an epoch that streams, and is being proven, to the version that opens it next', async () => {
      const { shape: _shape, firstCheckpoint: _first, lastCheckpoint: _last, ...epoch } = aNewEpoch();
      const opened = await epochs.open(epoch);
      await harness.elapse(30);
      const patched = { ...opened, networkVersion: '4.1.3' };
      expect(await epochs.open({ ...epoch, networkVersion: '4.1.3', deadlineAtMs: 1 })).toStrictEqual(patched);
      expect(await epochs.find(epoch.id)).toStrictEqual(patched);
      await epochs.advance(epoch.id, epoch.rangeId, 'proven');
      expect(await epochs.latest(1)).toMatchObject([{ networkVersion: '4.1.3', state: 'proven' }]);
    });

    it('takes an epoch that streams up over the range of a native node', async () => {
      const { shape: _shape, firstCheckpoint: _first, lastCheckpoint: _last, ...epoch } = aNewEpoch();
      await epochs.open({ ...epoch, rangeId: OTHER_RANGE });
      const native = { ...aNewEpoch(), id: epoch.id };
      expect(await epochs.open(native)).toMatchObject({ ...native, state: 'proving', attempt: 2 });
    });

    it('finds nothing of an epoch that was never opened', async () => {
      expect(await epochs.find(epochId(99))).toBeUndefined();
    });

    it.each<EpochState>(['proving', 'failed', 'expired'])('takes up an epoch again that is %s', async (state) => {
      const epoch = aNewEpoch();
      const first = await epochs.open(epoch);
      await epochs.advance(epoch.id, epoch.rangeId, state, { reason: 'the node was restarted' });
      await harness.elapse(30);
      expect(await epochs.open(epoch)).toStrictEqual({ ...first, attempt: 2, attemptAtMs: harness.nowMs() });
    });

    it.each<EpochState>(['submitting', 'proven'])('returns an epoch that is %s unchanged', async (state) => {
      const epoch = aNewEpoch();
      await epochs.open(epoch);
      const stands = await epochs.advance(epoch.id, epoch.rangeId, state);
      await harness.elapse(30);
      expect(await epochs.open(epoch)).toEqual(stands);
      expect(await epochs.find(epoch.id)).toEqual(stands);
    });

    it('takes an epoch up over the new range after a reorg, in any state', async () => {
      for (const state of ['proving', 'submitting', 'proven', 'failed'] as const) {
        const epoch = aNewEpoch();
        await epochs.open(epoch);
        await epochs.advance(epoch.id, epoch.rangeId, 'submitting', { rootJobId: aNewJob('ROOT_ROLLUP').id });
        await epochs.advance(epoch.id, epoch.rangeId, state, { transactionHash: '0xdead' });
        const changed: NewEpoch = { ...epoch, rangeId: OTHER_RANGE, lastCheckpoint: 5, deadlineAtMs: 9_999 };
        const reopened = await epochs.open(changed);
        expect(reopened).toMatchObject({ ...changed, state: 'proving', attempt: 2 });
        for (const field of ['rootJobId', 'rootAtMs', 'closedAtMs', 'transactionHash', 'reason']) {
          expect(reopened).not.toHaveProperty(field);
        }
      }
    });

    it('notes when the root was ready and when the epoch was proven, and by which transaction', async () => {
      const { id, rangeId } = await epochs.open(aNewEpoch());
      await harness.elapse(100);
      const rootAtMs = harness.nowMs();
      const rootJobId = aNewJob('ROOT_ROLLUP', { epochId: id }).id;
      expect(await epochs.advance(id, rangeId, 'submitting', { rootJobId })).toMatchObject({
        state: 'submitting',
        rootJobId,
        rootAtMs,
      });
      await harness.elapse(20);
      const proven = await epochs.advance(id, rangeId, 'proven', { transactionHash: '0xfeed' });
      expect(proven).toMatchObject({
        state: 'proven',
        rootJobId,
        rootAtMs,
        closedAtMs: harness.nowMs(),
        transactionHash: '0xfeed',
      });
      expect(await epochs.find(id)).toEqual(proven);
    });

    it('keeps the first time of the root when it is reported twice', async () => {
      const { id, rangeId } = await epochs.open(aNewEpoch());
      const first = await epochs.advance(id, rangeId, 'submitting');
      await harness.elapse(20);
      expect((await epochs.advance(id, rangeId, 'submitting'))?.rootAtMs).toBe(first?.rootAtMs);
    });

    it.each<EpochState>(['failed', 'expired'])('notes when and why an epoch is %s', async (state) => {
      const { id, rangeId } = await epochs.open(aNewEpoch());
      await harness.elapse(5);
      const closed = await epochs.advance(id, rangeId, state, { reason: 'out of gas' });
      expect(closed).toMatchObject({ state, reason: 'out of gas', closedAtMs: harness.nowMs() });
    });

    it('keeps a proven epoch proven', async () => {
      const { id, rangeId } = await epochs.open(aNewEpoch());
      const proven = await epochs.advance(id, rangeId, 'proven');
      for (const state of ['proving', 'submitting', 'failed', 'expired'] as const) {
        expect(await epochs.advance(id, rangeId, state, { reason: 'too late' })).toEqual(proven);
      }
      expect(await epochs.find(id)).toEqual(proven);
    });

    it('takes on the shape that the transactions show, within the same attempt', async () => {
      const { id, rangeId } = await epochs.open(aNewEpoch());
      const shape = [{ blocks: [{ publicTxs: 0, privateTxs: 3 }], l1ToL2Messages: 2 }];
      expect(await epochs.advance(id, rangeId, 'proving', { shape })).toMatchObject({ shape, attempt: 1 });
      expect(await epochs.find(id)).toMatchObject({ state: 'proving', shape, attempt: 1 });
    });

    it('leaves an epoch submitting that a slower node calls proving', async () => {
      const { id, rangeId } = await epochs.open(aNewEpoch());
      const submitting = await epochs.advance(id, rangeId, 'submitting');
      expect(await epochs.advance(id, rangeId, 'proving')).toEqual(submitting);
    });

    it('ignores a change over a range that a reorg removed', async () => {
      const old = await epochs.open(aNewEpoch());
      const current = await epochs.open({ ...old, rangeId: OTHER_RANGE });
      expect(await epochs.advance(old.id, old.rangeId, 'failed', { reason: 'reorged away' })).toEqual(current);
      expect(await epochs.find(old.id)).toEqual(current);
    });

    it('returns undefined for an epoch that was never opened, and opens none', async () => {
      const { id, rangeId } = aNewEpoch();
      expect(await epochs.advance(id, rangeId, 'failed')).toBeUndefined();
      expect(await epochs.find(id)).toBeUndefined();
    });

    it('lists those that were opened at once by their numbers, highest first', async () => {
      const opened: EpochRecord[] = [];
      for (const number of [9, 11, 10, 8]) opened.push(await epochs.open(aNewEpoch(number)));
      expect((await epochs.latest(3)).map(({ epoch }) => epoch)).toEqual([11, 10, 9]);
      expect(await epochs.latest(1)).toEqual([opened[1]]);
    });

    it('lists the epochs that were opened last, whatever their numbers and rollups', async () => {
      for (const number of [19, 18]) {
        await epochs.open(aNewEpoch(number));
        await harness.elapse(60);
      }
      for (const number of [0, 1]) {
        await epochs.open(aNewEpoch(number, OTHER_ROLLUP));
        await harness.elapse(60);
      }
      await epochs.open(aNewEpoch(19));
      const ids = [epochId(1, OTHER_ROLLUP), epochId(0, OTHER_ROLLUP), epochId(18), epochId(19)];
      expect((await epochs.latest(4)).map(({ id }) => id)).toEqual(ids);
      expect((await epochs.latest(2)).map(({ id }) => id)).toEqual(ids.slice(0, 2));
    });

    it('keeps epochs of two rollups apart that have the same number', async () => {
      const [old, current] = [aNewEpoch(7), aNewEpoch(7, OTHER_ROLLUP)];
      await epochs.open(old);
      const proven = await epochs.advance(old.id, old.rangeId, 'proven');
      expect(await epochs.open(current)).toMatchObject({ id: current.id, epoch: 7, state: 'proving', attempt: 1 });
      await epochs.advance(current.id, current.rangeId, 'failed');
      expect(await epochs.find(old.id)).toEqual(proven);
    });

    it('makes a proven epoch submitting again when L1 no longer has its transaction', async () => {
      const { id, rangeId } = await epochs.open(aNewEpoch());
      const submitting = await epochs.advance(id, rangeId, 'submitting');
      await epochs.advance(id, rangeId, 'proven', { transactionHash: '0xfeed' });
      const reopened = await epochs.reopen(id, rangeId, 'a reorg removed it');
      expect(reopened).toStrictEqual({ ...submitting, reason: 'a reorg removed it' });
      expect(await epochs.find(id)).toStrictEqual(reopened);
      expect(await epochs.advance(id, rangeId, 'failed')).toMatchObject({ state: 'failed' });
    });

    it('reopens no epoch that is not proven, or is over another range', async () => {
      for (const state of ['proving', 'submitting', 'failed', 'expired'] as const) {
        const { id, rangeId } = await epochs.open(aNewEpoch());
        const known = await epochs.advance(id, rangeId, state);
        expect(await epochs.reopen(id, rangeId, 'a reorg removed it')).toEqual(known);
      }
      const { id, rangeId } = await epochs.open(aNewEpoch());
      const proven = await epochs.advance(id, rangeId, 'proven');
      expect(await epochs.reopen(id, OTHER_RANGE, 'a reorg removed it')).toEqual(proven);
      expect(await epochs.reopen(epochId(99), rangeId, 'a reorg removed it')).toBeUndefined();
    });

    it('keeps an epoch of a family without checkpoints, and lists it without hiding those of the rollup', async () => {
      const first = 1_700_000_000;
      for (const number of [first, first + 2, first + 1]) {
        const { firstCheckpoint: _first, lastCheckpoint: _last, ...trial } = aNewEpoch(number, TRIALS);
        const shape = { leaves: 5, leaf: 'CANARY_LEAF', merge: 'CANARY_MERGE', root: 'CANARY_ROOT' } as const;
        expect(await epochs.open({ ...trial, shape })).toMatchObject({ epoch: number, shape });
      }
      for (const number of [9, 11, 10]) await epochs.open(aNewEpoch(number));

      expect((await epochs.latest(2)).map(({ epoch }) => epoch)).toEqual([first + 2, first + 1, 11, 10]);
    });

    it('gives two takers of an epoch at once an attempt each', async () => {
      const epoch = aNewEpoch();
      const attempts = (await Promise.all([epochs.open(epoch), epochs.open(epoch)])).map(({ attempt }) => attempt);
      expect(attempts.toSorted()).toEqual([1, 2]);
    });
  });
}

let sequence = 100;

export function aNewEpoch(number = (sequence += 1), rollup = ROLLUP): NewEpoch {
  return {
    id: epochId(number, rollup),
    rangeId: RangeId.parse('0xa1'),
    networkVersion: '4.1.2',
    firstCheckpoint: 3,
    lastCheckpoint: 4,
    shape: [
      { blocks: [{ publicTxs: 1, privateTxs: 2 }], l1ToL2Messages: 1 },
      { blocks: [{ publicTxs: 0, privateTxs: 0 }], l1ToL2Messages: 0 },
    ],
    deadlineAtMs: 1_900_000_000_000,
  };
}
