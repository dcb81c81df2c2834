import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DynamoEpochLedger } from '../../../../../shared/engine/aws/dynamo-ledgers/dynamo-epoch-ledger.ts';
import { expiresAtSeconds, padded } from '../../../../../shared/engine/aws/dynamo/dynamo-table.ts';
import type { NewEpoch } from '../../../../../shared/ledger/epoch-ledger.ts';
import { UnreadableItemError } from '../../../../../shared/ledger/errors.ts';
import { RangeId } from '../../../../../shared/ledger/job-ledger.ts';
import { type DynamoLedgerHarness, openDynamoLedgerHarness } from '../dynamo/dynamo-ledger-harness.ts';
import { LOSE_ANSWER, NOTHING_THERE } from '../dynamo/dynamo-proxy.ts';
import { epochId, ROLLUP } from '../../../../fixtures/epoch-id.ts';
import { EpochNumber, epochIdWithoutRollup } from '../../../../../shared/proving-job/epoch-id.ts';
import { UnreadableRecords } from '../../../../../shared/engine/unreadable-records.ts';
import { queryItems } from '../../../../../shared/engine/aws/dynamo/dynamo-item.ts';

const RANGE = RangeId.parse('0xa1');
const KEY = { pk: `EPOCHS#${ROLLUP}`, sk: `EPOCH#${padded(7)}` };

/** Rules of the epoch ledger on DynamoDB beyond the contract. */
describe('DynamoEpochLedger', () => {
  let harness: DynamoLedgerHarness;
  let epochs: DynamoEpochLedger;
  let unreadable: UnreadableRecords;
  beforeEach(async () => {
    harness = await openDynamoLedgerHarness();
    unreadable = new UnreadableRecords();
    epochs = new DynamoEpochLedger(harness.table, () => harness.nowMs(), unreadable);
  });
  afterEach(() => harness.close());

  it('keeps the record in attributes that can be read in the console', async () => {
    await epochs.open(aNewEpoch());
    expect(await harness.raw(KEY)).toMatchObject({
      ...aNewEpoch(),
      state: 'proving',
      attempt: 1,
      shape: [{ blocks: [{ publicTxs: 1, privateTxs: 2 }], l1ToL2Messages: 1 }],
    });
  });

  it('counts one attempt when the response was lost and the SDK sent the write again', async () => {
    harness.proxy.interfere('TransactWriteItems', LOSE_ANSWER);
    expect(await epochs.open(aNewEpoch())).toMatchObject({ attempt: 1 });
    harness.proxy.interfere('PutItem', LOSE_ANSWER);
    expect(await epochs.open(aNewEpoch())).toMatchObject({ attempt: 2 });
    expect(await epochs.find(aNewEpoch().id)).toMatchObject({ attempt: 2 });
  });

  it('takes the next attempt at an epoch that another node opened after it was read', async () => {
    await epochs.open(aNewEpoch());
    harness.proxy.interfere('GetItem', NOTHING_THERE);
    expect(await epochs.open(aNewEpoch())).toMatchObject({ attempt: 2 });
  });

  it('loses none of several changes at once', async () => {
    const { id } = await epochs.open(aNewEpoch());
    const opened = Promise.all([1, 2, 3, 4].map(() => epochs.open(aNewEpoch())));
    await Promise.all([opened, epochs.advance(id, RANGE, 'proving', { reason: 'a' })]);
    expect(await epochs.find(id)).toMatchObject({ attempt: 5 });
  });

  it('lets a closed epoch expire, until it is taken up again', async () => {
    const { id } = await epochs.open(aNewEpoch());
    expect(await harness.raw(KEY)).not.toHaveProperty('expiresAtSeconds');
    await epochs.advance(id, RANGE, 'failed');
    expect(await harness.raw(KEY)).toMatchObject({ expiresAtSeconds: expiresAtSeconds(harness.nowMs()) });
    await epochs.open(aNewEpoch());
    expect(await harness.raw(KEY)).not.toHaveProperty('expiresAtSeconds');
  });

  it('lists the newest epochs however large they are', async () => {
    for (const number of [8, 9, 10, 11, 12]) {
      await epochs.open(aNewEpoch(number));
      await epochs.advance(epochId(number), RANGE, 'failed', { reason: 'x'.repeat(300_000) });
    }
    expect((await epochs.latest(5)).map(({ epoch }) => epoch)).toEqual([12, 11, 10, 9, 8]);
  });

  it('lets the place of an epoch in their order expire no sooner than the epoch', async () => {
    await epochs.open(aNewEpoch());
    const [opening] = await queryItems(harness.table, 'OPENINGS#rollups');
    expect(opening).toMatchObject({ id: epochId(7), expiresAtSeconds: expiresAtSeconds(aNewEpoch().deadlineAtMs) });
  });

  it('lists the others when the place of one in their order is damaged', async () => {
    const epoch = await epochs.open(aNewEpoch());
    await harness.putRaw({ pk: 'OPENINGS#rollups', sk: 'damaged', id: { odd: true } });
    expect(await epochs.latest(2)).toEqual([epoch]);
    expect(unreadable.list).toEqual([expect.stringMatching(/^opening damaged: .*delete the item/)]);
  });

  it('lists the others when it cannot read the newest, and names that item and what to do', async () => {
    for (const number of [5, 6, 7]) await epochs.open(aNewEpoch(number));
    await harness.putRaw({ ...(await harness.raw(KEY)), ...KEY, state: 'lost' });
    expect((await epochs.latest(2)).map(({ epoch }) => epoch)).toEqual([6, 5]);
    expect(unreadable.list).toEqual([expect.stringMatching(`^epoch ${epochId(7)}: .*delete the item`)]);
    for (const read of [() => epochs.find(epochId(7)), () => epochs.open(aNewEpoch())]) {
      const error: unknown = await read().catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(UnreadableItemError);
      expect((error as Error).message).toMatch(/EPOCHS.*EPOCH#0+7 .*state.*delete the item/);
    }
  });

  describe('that an earlier version has written to', () => {
    const NUMBERED_KEY = { pk: 'EPOCHS', sk: `EPOCH#${padded(7)}` };
    const NUMBERED = epochIdWithoutRollup(EpochNumber.parse(7));

    async function asNumbered(number: number): Promise<void> {
      await epochs.open(aNewEpoch(number));
      const { id: _id, ...item } = (await harness.raw({ pk: KEY.pk, sk: `EPOCH#${padded(number)}` }))!;
      await harness.putRaw({ ...item, pk: 'EPOCHS', sk: `EPOCH#${padded(number)}` });
      await harness.remove({ pk: KEY.pk, sk: `EPOCH#${padded(number)}` });
    }

    it('lists its epochs and trials by the time at which they were opened', async () => {
      for (const number of [6, 7, 1_700_000_000]) await asNumbered(number);
      await harness.elapse(60);
      await epochs.open(aNewEpoch(1));
      expect((await epochs.latest(2)).map(({ id }) => id)).toEqual([epochId(1), '1700000000', '7']);
    });

    it('changes an epoch under the key that it has', async () => {
      await asNumbered(7);
      expect(await epochs.find(NUMBERED)).toMatchObject({ id: '7', epoch: 7, state: 'proving' });
      await epochs.advance(NUMBERED, RANGE, 'expired');
      expect(await harness.raw(NUMBERED_KEY)).toMatchObject({ state: 'expired', version: 2 });
      expect(await epochs.find(epochId(7))).toBeUndefined();
    });
  });
});

function aNewEpoch(number = 7): NewEpoch {
  return {
    id: epochId(number),
    rangeId: RANGE,
    networkVersion: '4.1.2',
    firstCheckpoint: 3,
    lastCheckpoint: 3,
    shape: [{ blocks: [{ publicTxs: 1, privateTxs: 2 }], l1ToL2Messages: 1 }],
    deadlineAtMs: 1_900_000_000_000,
  };
}
