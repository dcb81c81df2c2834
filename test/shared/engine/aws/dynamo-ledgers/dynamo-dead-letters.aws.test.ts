import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DynamoDeadLetters } from '../../../../../shared/engine/aws/dynamo-ledgers/dynamo-dead-letters.ts';
import type { KeptDeadLetter } from '../../../../../shared/job-queue/kept-dead-letters.ts';
import { type AwsHarness, openAwsHarness } from '../../../../contract/aws-harness.ts';

describe('DynamoDeadLetters', () => {
  let harness: AwsHarness;
  let letters: DynamoDeadLetters;
  beforeEach(async () => {
    harness = await openAwsHarness(['table']);
    letters = new DynamoDeadLetters({ client: harness.clients.dynamo, name: harness.names.ledgerTable }, () =>
      harness.nowMs(),
    );
  });
  afterEach(() => harness.close());

  const aLetter = (overrides: Partial<KeptDeadLetter> = {}): KeptDeadLetter => ({
    messageId: 'a1',
    pool: 'medium',
    lane: 'normal',
    body: 'no JSON',
    reason: 'the message is not JSON',
    parkedAtMs: 5_000,
    ...overrides,
  });

  it('keeps a letter once, however often its message is delivered', async () => {
    await letters.keep(aLetter());
    await letters.keep(aLetter());
    expect(await letters.list()).toEqual([aLetter()]);
  });

  it('lists letters oldest first', async () => {
    const all = [900, 5_000, 40_000].map((parkedAtMs) => aLetter({ parkedAtMs, messageId: `z${parkedAtMs}` }));
    for (const letter of all.toReversed()) await letters.keep(letter);
    await letters.keep(aLetter({ messageId: 'twin' }));
    expect((await letters.list()).map(({ messageId }) => messageId)).toEqual(['z900', 'twin', 'z5000', 'z40000']);
  });

  it('lists more letters than one response of DynamoDB holds', async () => {
    const all = Array.from({ length: 8 }, (_, index) =>
      aLetter({ messageId: `m${index}`, parkedAtMs: index, body: 'x'.repeat(200 * 1024) }),
    );
    for (const letter of all) await letters.keep(letter);
    expect((await letters.list()).map(({ messageId }) => messageId)).toEqual(all.map(({ messageId }) => messageId));
  });

  it('removes the one letter, and removing twice is harmless', async () => {
    const other = aLetter({ messageId: 'b2' });
    await letters.keep(aLetter());
    await letters.keep(other);
    await letters.remove(aLetter());
    await letters.remove(aLetter());
    expect(await letters.list()).toEqual([other]);
  });

  it('lets a letter expire in the end', async () => {
    await letters.keep(aLetter());
    const { Items } = await harness.clients.dynamo.send(new ScanCommand({ TableName: harness.names.ledgerTable }));
    const expiresAtSeconds = Items?.[0]?.['expiresAtSeconds'] as number;
    expect((expiresAtSeconds - harness.nowMs() / 1000) / 86_400).toBeCloseTo(14, 1);
  });
});
