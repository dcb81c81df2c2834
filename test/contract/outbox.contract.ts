import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { RangeId } from '../../shared/ledger/job-ledger.ts';
import type { NewRoot, Outbox, RootState, Submission } from '../../shared/ledger/outbox.ts';
import { epochId, ROLLUP } from '../fixtures/epoch-id.ts';
import { EpochNumber, epochIdWithoutRollup, makeRollupId } from '../../shared/proving-job/epoch-id.ts';

export interface OutboxHarness {
  readonly outbox: Outbox;
  nowMs(): number;
  elapse(seconds: number): Promise<void>;
  close(): Promise<void>;
}

const OTHER_RANGE = RangeId.parse('0xb2');
const OTHER_ROLLUP = makeRollupId(1, `0x${'bb'.repeat(20)}`);

export function describeOutboxContract(adapter: string, open: () => Promise<OutboxHarness>): void {
  describe(`Outbox contract: ${adapter}`, () => {
    let harness: OutboxHarness;
    let outbox: Outbox;
    beforeEach(async () => {
      harness = await open();
      outbox = harness.outbox;
    });
    afterEach(() => harness.close());

    it('stores a root as waiting, with nothing submitted yet', async () => {
      const root = aNewRoot(5);
      const stored = { state: 'waiting', storedAtMs: harness.nowMs(), submissions: [], version: 1 } as const;
      const expected = { ...root, epoch: 5, contract: 'aztec-rollup', ...stored };
      expect(await outbox.store(root)).toStrictEqual(expected);
      expect(await outbox.find(root.epochId)).toStrictEqual(expected);
    });

    it('keeps which kind of contract a root is for', async () => {
      const { firstCheckpoint: _first, lastCheckpoint: _last, ...root } = aNewRoot(5);
      const stored = await outbox.store({ ...root, contract: 'canary-rollup' });
      expect(stored).toMatchObject({ contract: 'canary-rollup' });
      expect(await outbox.find(root.epochId)).toStrictEqual(stored);
    });

    it('finds nothing of an epoch without a root', async () => {
      expect(await outbox.find(epochId(99))).toBeUndefined();
    });

    it.each<RootState>(['waiting', 'sent', 'mined'])(
      'answers what is stored when the root of the same range comes again and it is %s',
      async (state) => {
        const stored = await outbox.store(aNewRoot(5));
        const stands = await outbox.replace({ ...stored, state, submissions: [aSubmission(1)] });
        await harness.elapse(10);
        expect(await outbox.store({ ...aNewRoot(5), data: '0xbeef' })).toEqual(stands);
        expect(await outbox.find(stored.epochId)).toEqual(stands);
      },
    );

    it('takes an expired root of the same range up again, with every transaction ever signed for it', async () => {
      const stored = await outbox.store(aNewRoot(5));
      const submissions = [aSubmission(1)];
      const expired = await outbox.replace({ ...stored, state: 'expired', reason: 'reorged away', submissions });
      await harness.elapse(10);
      const again = await outbox.store({ ...aNewRoot(5), data: '0xbeef' });
      expect(again).toMatchObject({ state: 'waiting', data: '0xbeef', submissions, storedAtMs: harness.nowMs() });
      expect(again).not.toHaveProperty('reason');
      expect(await outbox.replace({ ...expired!, state: 'sent' })).toBeUndefined();
    });

    it.each<RootState>(['waiting', 'expired'])(
      'lets the root of another range replace one that is %s',
      async (state) => {
        const stored = await outbox.store(aNewRoot(5));
        const old = await outbox.replace({ ...stored, state, reason: 'gas above the cap' });
        const successor = { ...aNewRoot(5), rangeId: OTHER_RANGE, data: '0xbeef' as const };
        const replaced = await outbox.store(successor);
        expect(replaced).toMatchObject({ ...successor, state: 'waiting', submissions: [] });
        expect(replaced).not.toHaveProperty('reason');
        for (const outdated of [stored, old!]) {
          expect(await outbox.replace({ ...outdated, state: 'sent' })).toBeUndefined();
        }
        expect(await outbox.find(stored.epochId)).toEqual(replaced);
      },
    );

    it.each<RootState>(['sent', 'mined'])('keeps a root that is %s when one of another range comes', async (state) => {
      const stored = await outbox.store(aNewRoot(5));
      const stands = await outbox.replace({ ...stored, state, submissions: [aSubmission(1)] });
      expect(await outbox.store({ ...aNewRoot(5), rangeId: OTHER_RANGE })).toEqual(stands);
    });

    it('keeps the root of another rollup whose epoch has the same number', async () => {
      const stored = await outbox.store(aNewRoot(5));
      const mined = await outbox.replace({ ...stored, state: 'mined', submissions: [aSubmission(1)] });
      const other = { ...aNewRoot(5), epochId: epochId(5, OTHER_ROLLUP), to: '0xbb' as const };
      expect(await outbox.store(other)).toMatchObject({ ...other, state: 'waiting', epoch: 5 });
      expect(await outbox.find(stored.epochId)).toEqual(mined);
      expect(await outbox.open()).toMatchObject([{ epochId: other.epochId, to: '0xbb' }]);
    });

    it('replaces a mined root by one for another contract, of an epoch that an earlier version knew by its number', async () => {
      const numbered = { ...aNewRoot(5), epochId: epochIdWithoutRollup(EpochNumber.parse(5)) };
      const stored = await outbox.store({ ...numbered, to: '0xAA' });
      const mined = await outbox.replace({ ...stored, state: 'mined' });
      expect(await outbox.store({ ...numbered, to: '0xaa' })).toEqual(mined);
      const other = { ...numbered, rangeId: OTHER_RANGE, to: '0xbb' as const };
      expect(await outbox.store(other)).toMatchObject({ state: 'waiting', to: '0xbb', version: 3 });
    });

    it('lists roots of several rollups in the order of their deadlines', async () => {
      for (const [epoch, rollup, deadlineAtMs] of [
        [9, ROLLUP, 3_000],
        [0, OTHER_ROLLUP, 2_000],
        [8, ROLLUP, 1_000],
      ] as const) {
        await outbox.store({ ...aNewRoot(epoch), epochId: epochId(epoch, rollup), deadlineAtMs });
      }
      expect((await outbox.open()).map(({ epoch }) => epoch)).toEqual([8, 0, 9]);
    });

    it('lists waiting and sent roots, lowest epoch first', async () => {
      for (const [epoch, state] of [
        [9, 'sent'],
        [7, 'mined'],
        [6, 'waiting'],
        [10, 'waiting'],
        [8, 'expired'],
      ] as const) {
        await outbox.replace({ ...(await outbox.store(aNewRoot(epoch))), state });
      }
      const open = await outbox.open();
      expect(open.map(({ epoch, state }) => [epoch, state])).toEqual([
        [6, 'waiting'],
        [9, 'sent'],
        [10, 'waiting'],
      ]);
    });

    it('replaces a whole record, and returns it with the next version', async () => {
      const stored = await outbox.store(aNewRoot(5));
      const sent = await outbox.replace({
        ...stored,
        state: 'sent',
        submissions: [aSubmission(1)],
        submitterId: 'node-1',
        submitterUntilMs: 5,
      });
      expect(sent).toStrictEqual({
        ...stored,
        state: 'sent',
        submissions: [aSubmission(1)],
        submitterId: 'node-1',
        submitterUntilMs: 5,
        version: 2,
      });
      expect(await outbox.find(stored.epochId)).toStrictEqual(sent);
      const { submitterId: _id, submitterUntilMs: _until, ...rest } = sent!;
      expect(await outbox.replace(rest)).not.toHaveProperty('submitterId');
    });

    it('refuses a change made from an older version, and keeps the stored root', async () => {
      const stored = await outbox.store(aNewRoot(5));
      const first = await outbox.replace({ ...stored, submissions: [aSubmission(1)] });
      expect(await outbox.replace({ ...stored, submissions: [aSubmission(2)] })).toBeUndefined();
      expect(await outbox.find(stored.epochId)).toEqual(first);
    });

    it('lets one of several submitters win that change a root at once', async () => {
      const stored = await outbox.store(aNewRoot(5));
      const answers = await Promise.all(
        [1, 2, 3, 4].map((nonce) => outbox.replace({ ...stored, state: 'sent', submissions: [aSubmission(nonce)] })),
      );
      const winners = answers.filter((answer) => answer !== undefined);
      expect(winners).toHaveLength(1);
      expect(await outbox.find(stored.epochId)).toEqual(winners[0]);
    });

    it('does not store a root through a change', async () => {
      const stored = await outbox.store(aNewRoot(5));
      expect(await outbox.replace({ ...stored, epochId: epochId(6) })).toBeUndefined();
      expect(await outbox.find(epochId(6))).toBeUndefined();
    });
  });
}

function aNewRoot(epoch: number): NewRoot {
  return {
    epochId: epochId(epoch),
    rangeId: RangeId.parse('0xa1'),
    firstCheckpoint: 3,
    lastCheckpoint: 4,
    to: '0x00000000000000000000000000000000000000aa',
    data: '0xc0ffee',
    deadlineAtMs: 1_900_000_000_000,
  };
}

function aSubmission(nonce: number): Submission {
  return {
    transactionHash: `0x${nonce.toString(16).padStart(64, '0')}`,
    signedTransaction: '0x02f8',
    from: '0x00000000000000000000000000000000000000bb',
    nonce,
    gasLimit: '2000000',
    maxFeePerGasWei: '30000000000',
    maxPriorityFeePerGasWei: '1000000000',
    signedAtMs: 1_800_000_000_000,
  };
}
