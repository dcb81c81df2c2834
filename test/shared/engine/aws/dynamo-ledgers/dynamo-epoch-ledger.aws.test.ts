import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DynamoEpochLedger } from '../../../../../shared/engine/aws/dynamo-ledgers/dynamo-epoch-ledger.ts';
import { expiresAtSeconds, padded } from '../../../../../shared/engine/aws/dynamo/dynamo-table.ts';
import type { NewEpoch } from '../../../../../shared/ledger/epoch-ledger.ts';
import { UnreadableItemError } from '../../../../../shared/ledger/errors.ts';
import { RangeId } from '../../../../../shared/ledger/job-ledger.ts';
import { EpochNumber } from '../../../../../shared/proving-job/proving-job-id.ts';
import { type DynamoLedgerHarness, openDynamoLedgerHarness } from '../dynamo/dynamo-ledger-harness.ts';
import { LOSE_ANSWER, NOTHING_THERE } from '../dynamo/dynamo-proxy.ts';

const RANGE = RangeId.parse('0xa1');
const KEY = { pk: 'EPOCHS', sk: `EPOCH#${padded(7)}` };

/** Rules of the epoch ledger on DynamoDB beyond the contract. */
describe('DynamoEpochLedger', () => {
  let harness: DynamoLedgerHarness;
  let epochs: DynamoEpochLedger;
  beforeEach(async () => {
    harness = await openDynamoLedgerHarness();
    epochs = new DynamoEpochLedger(harness.table, () => harness.nowMs());
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
    harness.proxy.interfere('PutItem', LOSE_ANSWER);
    expect(await epochs.open(aNewEpoch())).toMatchObject({ attempt: 1 });
    harness.proxy.interfere('PutItem', LOSE_ANSWER);
    expect(await epochs.open(aNewEpoch())).toMatchObject({ attempt: 2 });
    expect(await epochs.find(aNewEpoch().epoch)).toMatchObject({ attempt: 2 });
  });

  it('takes the next attempt at an epoch that another node opened after it was read', async () => {
    await epochs.open(aNewEpoch());
    harness.proxy.interfere('GetItem', NOTHING_THERE);
    expect(await epochs.open(aNewEpoch())).toMatchObject({ attempt: 2 });
  });

  it('loses none of several changes at once', async () => {
    const { epoch } = await epochs.open(aNewEpoch());
    const opened = Promise.all([1, 2, 3, 4].map(() => epochs.open(aNewEpoch())));
    await Promise.all([opened, epochs.advance(epoch, RANGE, 'proving', { reason: 'a' })]);
    expect(await epochs.find(epoch)).toMatchObject({ attempt: 5 });
  });

  it('lets a closed epoch expire, until it is taken up again', async () => {
    const { epoch } = await epochs.open(aNewEpoch());
    expect(await harness.raw(KEY)).not.toHaveProperty('expiresAtSeconds');
    await epochs.advance(epoch, RANGE, 'failed');
    expect(await harness.raw(KEY)).toMatchObject({ expiresAtSeconds: expiresAtSeconds(harness.nowMs()) });
    await epochs.open(aNewEpoch());
    expect(await harness.raw(KEY)).not.toHaveProperty('expiresAtSeconds');
  });

  it('lists the newest epochs even when they do not fit into one response', async () => {
    for (const number of [8, 9, 10, 11, 12]) {
      await epochs.open(aNewEpoch(number));
      await epochs.advance(EpochNumber.parse(number), RANGE, 'failed', { reason: 'x'.repeat(300_000) });
    }
    expect((await epochs.latest(5)).map(({ epoch }) => epoch)).toEqual([12, 11, 10, 9, 8]);
    expect(harness.proxy.requests.filter(({ operation }) => operation === 'Query').length).toBeGreaterThan(1);
  });

  it('names an item that it cannot read, and what to do', async () => {
    await epochs.open(aNewEpoch());
    await harness.putRaw({ ...(await harness.raw(KEY)), ...KEY, state: 'lost' });
    const { epoch } = aNewEpoch();
    for (const read of [() => epochs.find(epoch), () => epochs.latest(3), () => epochs.open(aNewEpoch())]) {
      const error: unknown = await read().catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(UnreadableItemError);
      expect((error as Error).message).toMatch(/EPOCHS.*EPOCH#0+7 .*state.*delete the item/);
    }
  });
});

function aNewEpoch(number = 7): NewEpoch {
  return {
    epoch: EpochNumber.parse(number),
    rangeId: RANGE,
    networkVersion: '4.1.2',
    firstCheckpoint: 3,
    lastCheckpoint: 3,
    shape: [{ blocks: [{ publicTxs: 1, privateTxs: 2 }], l1ToL2Messages: 1 }],
    deadlineAtMs: 1_900_000_000_000,
  };
}
