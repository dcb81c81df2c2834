import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DynamoIncidentLog } from '../../../../../shared/engine/aws/dynamo-ledgers/dynamo-incident-log.ts';
import { expiresAtSeconds } from '../../../../../shared/engine/aws/dynamo/dynamo-table.ts';
import { UnreadableRecords } from '../../../../../shared/engine/unreadable-records.ts';
import { type DynamoLedgerHarness, openDynamoLedgerHarness } from '../dynamo/dynamo-ledger-harness.ts';
import { LOSE_ANSWER } from '../dynamo/dynamo-proxy.ts';

const INCIDENT = { kind: 'submission', subject: 'epoch 5', message: 'reverted' } as const;

/** Rules of the incident log on DynamoDB beyond the contract. */
describe('DynamoIncidentLog', () => {
  let harness: DynamoLedgerHarness;
  let incidents: DynamoIncidentLog;
  let unreadable: UnreadableRecords;
  beforeEach(async () => {
    harness = await openDynamoLedgerHarness();
    unreadable = new UnreadableRecords();
    incidents = new DynamoIncidentLog(harness.table, () => harness.nowMs(), unreadable);
  });
  afterEach(() => harness.close());

  it('keeps an incident once when the response was lost and the SDK sent it again', async () => {
    harness.proxy.interfere('PutItem', LOSE_ANSWER);
    await incidents.report(INCIDENT);
    expect(await incidents.latest(10)).toHaveLength(1);
  });

  it('keeps all of one millisecond', async () => {
    await Promise.all(Array.from({ length: 20 }, () => incidents.report(INCIDENT)));
    expect(await incidents.latest(100)).toHaveLength(20);
  });

  it('returns no more than the limit, even when they do not fit into one response', async () => {
    for (let number = 0; number < 6; number += 1) {
      await incidents.report({ ...INCIDENT, subject: `epoch ${number}`, message: 'x'.repeat(300_000) });
      await harness.elapse(1);
    }
    expect((await incidents.latest(5)).map(({ subject }) => subject)).toEqual(
      [5, 4, 3, 2, 1].map((number) => `epoch ${number}`),
    );
  });

  it('lets an incident expire with the history', async () => {
    await incidents.report(INCIDENT);
    const put = harness.proxy.requests.find(({ operation }) => operation === 'PutItem');
    expect(put?.body).toMatchObject({
      Item: { expiresAtSeconds: { N: String(expiresAtSeconds(harness.nowMs())) } },
    });
  });

  it('leaves out an item that it cannot read, and names it and what to do', async () => {
    await incidents.report(INCIDENT);
    await harness.putRaw({ pk: 'INCIDENTS', sk: 'odd', kind: 'unheard-of' });
    expect(await incidents.latest(10)).toMatchObject([INCIDENT]);
    expect(unreadable.list).toEqual([expect.stringMatching(/INCIDENTS, sk odd .*kind.*delete the item/)]);
  });
});
