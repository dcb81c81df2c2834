import { randomBytes } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DynamoOutbox } from '../../../../../shared/engine/aws/dynamo-ledgers/dynamo-outbox.ts';
import { expiresAtSeconds, padded } from '../../../../../shared/engine/aws/dynamo/dynamo-table.ts';
import { LedgerBusyError, UnreadableItemError } from '../../../../../shared/ledger/errors.ts';
import { RangeId } from '../../../../../shared/ledger/job-ledger.ts';
import type { NewRoot, RootRecord, RootState, Submission } from '../../../../../shared/ledger/outbox.ts';
import { type DynamoLedgerHarness, openDynamoLedgerHarness } from '../dynamo/dynamo-ledger-harness.ts';
import { LOSE_ANSWER, NOTHING_THERE } from '../dynamo/dynamo-proxy.ts';
import { epochId } from '../../../../fixtures/epoch-id.ts';
import { EpochNumber, epochIdWithoutRollup } from '../../../../../shared/proving-job/epoch-id.ts';
import { UnreadableRecords } from '../../../../../shared/engine/unreadable-records.ts';

const EPOCH = epochId(5);
const ROOT_KEY = { pk: 'ROOTS', sk: `ROOT#${EPOCH}` };
const OPEN_KEY = { pk: 'ROOTS', sk: 'OPEN-ROOTS' };
const CONFLICT = {
  status: 400,
  answer: {
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict', Message: 'Transaction is ongoing' }],
  },
};

/** Rules of the outbox on DynamoDB beyond the contract. */
describe('DynamoOutbox', () => {
  let harness: DynamoLedgerHarness;
  let outbox: DynamoOutbox;
  let unreadable: UnreadableRecords;
  beforeEach(async () => {
    harness = await openDynamoLedgerHarness();
    unreadable = new UnreadableRecords();
    outbox = new DynamoOutbox(harness.table, () => harness.nowMs(), unreadable);
  });
  afterEach(() => harness.close());

  const openEpochs = async (): Promise<unknown> => (await harness.raw(OPEN_KEY))?.['epochIds'];

  it('holds a root with 15 KB of random proof and 200 transactions signed for it', async () => {
    const data = `0x${randomBytes(17_000).toString('hex')}` as const;
    const root = await outbox.store({ ...aNewRoot(), data });
    const submissions = Array.from({ length: 200 }, (_, nonce) => aSubmission(nonce, data));
    const sent = await outbox.replace({ ...root, state: 'sent', submissions });
    expect(await outbox.find(EPOCH)).toStrictEqual({ ...sent, submissions });
    expect(await outbox.open()).toStrictEqual([sent]);
    expect((await harness.raw(ROOT_KEY))?.['bulk']).toSatisfy((bulk: Uint8Array) => bulk.length < 60_000);
  });

  it('shows in the table what an operator needs', async () => {
    const root = await outbox.store(aNewRoot());
    await outbox.replace({ ...root, reason: 'gas above the cap', submitterId: 'node-1' });
    expect(await harness.raw(ROOT_KEY)).toMatchObject({
      epoch: 5,
      state: 'waiting',
      rangeId: '0xa1',
      deadlineAtMs: 1_900_000_000_000,
      reason: 'gas above the cap',
      submitterId: 'node-1',
      version: 2,
    });
  });

  it('stores no root over one that another node stored, and sent, after it was read', async () => {
    const sent = await outbox.replace({ ...(await outbox.store(aNewRoot())), state: 'sent' });
    harness.proxy.interfere('GetItem', NOTHING_THERE);
    expect(await outbox.store(aNewRoot())).toStrictEqual(sent);
    expect(await outbox.find(EPOCH)).toStrictEqual(sent);
  });

  it('recognises a root as its own when the response was lost and the SDK sent it again', async () => {
    harness.proxy.interfere('TransactWriteItems', LOSE_ANSWER);
    const stored = await outbox.store(aNewRoot());
    expect(stored).toMatchObject({ state: 'waiting', version: 1 });
    expect(await outbox.find(EPOCH)).toStrictEqual(stored);
    expect(operations().filter((operation) => operation === 'TransactWriteItems')).toHaveLength(2);
  });

  it.each([
    ['waiting', 'sent', 'PutItem'],
    ['sent', 'mined', 'TransactWriteItems'],
    ['mined', 'sent', 'TransactWriteItems'],
  ] as const)(
    'knows a change from %s to %s as its own when the answer was lost, so that a signed transaction is sent',
    async (from, to, operation) => {
      const root = await outbox.replace({ ...(await outbox.store(aNewRoot())), state: from });
      harness.proxy.interfere(operation, LOSE_ANSWER);
      const changed = { ...root!, state: to, submissions: [aSubmission(1)] };
      expect(await outbox.replace(changed)).toStrictEqual({ ...changed, version: 3 });
      expect(operations().slice(-3)).toEqual([operation, operation, 'GetItem']);
    },
  );

  it('does not take for its own what another wrote after the change whose response was lost', async () => {
    const root = await outbox.store(aNewRoot());
    let second: RootRecord | undefined;
    harness.proxy.interfere('PutItem', {
      loseAnswerAfter: async () => (second = await outbox.replace({ ...root, version: 2, reason: 'by another' })),
    });
    expect(await outbox.replace({ ...root, state: 'sent', submissions: [aSubmission(1)] })).toBeUndefined();
    expect(second).toMatchObject({ version: 3 });
    expect(await outbox.find(EPOCH)).toStrictEqual(second);
  });

  it('lets only one of two identical changes win', async () => {
    const root = await outbox.store(aNewRoot());
    const answers = await Promise.all([1, 2, 3].map(() => outbox.replace({ ...root, state: 'mined', settledAtMs: 7 })));
    expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1);
  });

  it('opens and closes a root in one transaction with the set of open ones', async () => {
    const root = await outbox.store(aNewRoot());
    expect(await openEpochs()).toEqual(new Set([EPOCH]));
    const sent = await outbox.replace({ ...root, state: 'sent' });
    const mined = await outbox.replace({ ...sent!, state: 'mined' });
    expect(await openEpochs()).toBeUndefined();
    const again = await outbox.replace({ ...mined!, state: 'sent' });
    expect(await openEpochs()).toEqual(new Set([EPOCH]));
    await outbox.replace({ ...again!, state: 'expired' });
    expect(await openEpochs()).toBeUndefined();
    await outbox.store(aNewRoot());
    expect(await openEpochs()).toEqual(new Set([EPOCH]));
    expect(operations().filter((operation) => operation === 'TransactWriteItems')).toHaveLength(5);
  });

  it('does not list a root that was closed after the set of open ones was read', async () => {
    const root = await outbox.store(aNewRoot());
    await outbox.replace({ ...root, state: 'mined' });
    await harness.putRaw({ ...OPEN_KEY, epochIds: new Set([EPOCH]) });
    expect(await outbox.open()).toEqual([]);
  });

  it('lists more open roots than one read returns', async () => {
    const epochs = Array.from({ length: 103 }, (_, epoch) => epoch);
    await outbox.store(aNewRoot());
    const item = await harness.raw(ROOT_KEY);
    await Promise.all(
      epochs.map((epoch) => {
        const id = epochId(epoch);
        return harness.putRaw({ ...item, pk: 'ROOTS', sk: `ROOT#${id}`, epochId: id, epoch });
      }),
    );
    await harness.putRaw({ ...OPEN_KEY, epochIds: new Set(epochs.map((epoch) => epochId(epoch))) });
    harness.proxy.interfere('BatchGetItem', { changeAnswer: leaveUnprocessed(40) }, 2);
    expect((await outbox.open()).map(({ epoch }) => epoch)).toEqual(epochs);
    expect(operations().filter((operation) => operation === 'BatchGetItem').length).toBeGreaterThan(2);
  });

  it('decides by strongly consistent reads', async () => {
    const root = await outbox.store(aNewRoot());
    await outbox.replace({ ...root, state: 'sent' });
    await outbox.open();
    const reads = harness.proxy.requests.filter(({ operation }) => operation.includes('Get'));
    expect(reads.map(({ operation }) => operation)).toContain('BatchGetItem');
    for (const { body } of reads) expect(JSON.stringify(body)).toContain('"ConsistentRead":true');
  });

  it('tries again when another transaction holds the set of open roots', async () => {
    harness.proxy.interfere('TransactWriteItems', CONFLICT, 3);
    expect(await outbox.store(aNewRoot())).toMatchObject({ version: 1 });
    expect(await outbox.open()).toHaveLength(1);
  });

  it('gives up, and names the busy item, when others hold it all the time', async () => {
    harness.proxy.interfere('TransactWriteItems', CONFLICT, 50);
    const error: unknown = await outbox.store(aNewRoot()).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(LedgerBusyError);
    expect(error).toMatchObject({ ...ROOT_KEY, table: harness.table.name });
    expect(await outbox.find(EPOCH)).toBeUndefined();
  });

  it('lets settled roots expire, but no open ones', async () => {
    let root = await outbox.store(aNewRoot());
    for (const state of ['sent', 'mined', 'sent', 'expired', 'waiting'] satisfies RootState[]) {
      root = (await outbox.replace({ ...root, state }))!;
      const isSettled = state === 'mined' || state === 'expired';
      const { expiresAtSeconds: at } = (await harness.raw(ROOT_KEY))!;
      expect(at).toBe(isSettled ? expiresAtSeconds(harness.nowMs()) : undefined);
    }
    expect((await harness.raw(OPEN_KEY))?.['expiresAtSeconds']).toBeUndefined();
  });

  it.each([
    ['a state it does not know', { state: 'lost' }],
    ['a bulk that is not brotli', { bulk: new Uint8Array([1, 2, 3]) }],
  ])('leaves out an item that it cannot read, and names it and what to do, for %s', async (_what, wrong) => {
    await outbox.store(aNewRoot());
    const readable = await outbox.store(aNewRoot(6));
    await harness.putRaw({ ...(await harness.raw(ROOT_KEY)), ...ROOT_KEY, ...wrong });
    expect(await outbox.open()).toEqual([readable]);
    expect(unreadable.list).toEqual([expect.stringMatching(`^root of epoch ${EPOCH}: .*delete the item`)]);
    const error: unknown = await outbox.find(EPOCH).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UnreadableItemError);
    expect((error as Error).message).toMatch(`ROOTS, sk ROOT#${EPOCH} `);
  });

  describe('that an earlier version has written to', () => {
    const NUMBERED = epochIdWithoutRollup(EpochNumber.parse(5));
    const NUMBERED_KEY = { pk: 'ROOTS', sk: `ROOT#${padded(5)}` };
    const NUMBERED_OPEN_KEY = { pk: 'ROOTS', sk: 'OPEN' };

    beforeEach(async () => {
      await outbox.store({ ...aNewRoot(), epochId: NUMBERED });
      const { epochId: _epochId, ...item } = (await harness.raw(NUMBERED_KEY))!;
      await harness.putRaw({ ...item, ...NUMBERED_KEY });
    });

    it('lists its open root beside those of a rollup, with where it goes', async () => {
      expect(await harness.raw(NUMBERED_OPEN_KEY)).toMatchObject({ epochs: new Set([5]) });
      await outbox.store({ ...aNewRoot(5), to: '0xbb' });
      expect(await outbox.open()).toMatchObject([
        { epochId: EPOCH, epoch: 5, to: '0xbb' },
        { epochId: NUMBERED, epoch: 5, to: aNewRoot().to },
      ]);
    });

    it('closes its root under the key and in the set that it has', async () => {
      const [root] = await outbox.open();
      await outbox.replace({ ...root!, state: 'mined' });
      expect(await outbox.open()).toEqual([]);
      expect((await harness.raw(NUMBERED_OPEN_KEY))?.['epochs']).toBeUndefined();
      expect(await harness.raw(NUMBERED_KEY)).toMatchObject({ state: 'mined', version: 2 });
    });
  });

  function operations(): string[] {
    return harness.proxy.requests.map(({ operation }) => operation);
  }

  function leaveUnprocessed(count: number) {
    return (answer: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
      const { name } = harness.table;
      const read = (answer['Responses'] as Record<string, { pk: unknown; sk: unknown }[]>)[name] ?? [];
      const keys = read.splice(-count).map(({ pk, sk }) => ({ pk, sk }));
      return { Responses: { [name]: read }, UnprocessedKeys: { [name]: { Keys: keys, ConsistentRead: true } } };
    };
  }
});

function aNewRoot(epoch = 5): NewRoot {
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

/** As they come: all but the call differs in every one. */
function aSubmission(nonce: number, data = '0xc0ffee'): Submission {
  return {
    transactionHash: `0x${randomBytes(32).toString('hex')}`,
    signedTransaction: `0x02f9${randomBytes(20).toString('hex')}${data.slice(2)}c080a0${randomBytes(64).toString('hex')}`,
    from: '0x00000000000000000000000000000000000000bb',
    nonce,
    gasLimit: '2000000',
    maxFeePerGasWei: String(30_000_000_000 + nonce * 1_234_567),
    maxPriorityFeePerGasWei: '1000000000',
    signedAtMs: 1_800_000_000_000 + nonce * 12_000,
  };
}
