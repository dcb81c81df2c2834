import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DynamoDeadLetters } from '../../../../../shared/engine/aws/dynamo-ledgers/dynamo-dead-letters.ts';
import { SqsJobQueue } from '../../../../../shared/engine/aws/sqs/sqs-job-queue.ts';
import { aJobMessage } from '../../../../contract/a-new-job.ts';
import { type AwsHarness, openAwsHarness } from '../../../../contract/aws-harness.ts';

describe('the dead letters of SqsJobQueue', () => {
  let harness: AwsHarness;
  let queue: SqsJobQueue;
  let kept: DynamoDeadLetters;
  beforeEach(async () => {
    harness = await openAwsHarness(['queues', 'table']);
    const nowMs = () => harness.nowMs();
    kept = new DynamoDeadLetters({ client: harness.clients.dynamo, name: harness.names.ledgerTable }, nowMs);
    queue = new SqsJobQueue(harness.clients, harness.names, {
      leaseSeconds: harness.leaseSeconds,
      nowMs,
      keptDeadLetters: kept,
    });
  });
  afterEach(async () => {
    await queue.close(0);
    await harness.close();
  });

  const claim = (waitSeconds = 5) => queue.claim(['medium'], { waitSeconds });
  const urlOf = async (QueueName: string) =>
    (await harness.clients.sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl;
  const send = async (queueName: string, body: string) =>
    harness.clients.sqs.send(new SendMessageCommand({ QueueUrl: await urlOf(queueName), MessageBody: body }));

  async function park(reason: string, body = JSON.stringify(aJobMessage())): Promise<void> {
    await send(harness.names.queue('medium', 'normal'), body);
    const lease = await claim();
    if (lease !== undefined) await queue.park(lease, reason);
  }

  it('give, for a message that SQS moved itself, the number of deliveries', async () => {
    const { sqs } = harness.clients;
    const message = aJobMessage();
    const QueueUrl = await urlOf(harness.names.queue('medium', 'normal'));
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] }),
    );
    const policy = JSON.parse(Attributes?.['RedrivePolicy'] ?? '{}') as object;
    const RedrivePolicy = JSON.stringify({ ...policy, maxReceiveCount: 2 });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } }));
    const sentAfterMs = Date.now();
    await queue.enqueue([message]);
    for (let deliveries = 1; deliveries <= 2; deliveries += 1) {
      const lease = await claim();
      expect(lease?.deliveries).toBe(deliveries);
      await queue.release(lease!);
    }
    expect(await claim(1)).toBeUndefined();
    const [letter] = await queue.deadLetters();
    expect(letter).toMatchObject({
      body: JSON.stringify(message),
      reason: 'the message was delivered 2 times without being completed',
    });
    // When SQS got it, of which it keeps the whole second.
    expect(letter?.parkedAtMs).toBeGreaterThanOrEqual(sentAfterMs - 1000);
    expect(letter?.parkedAtMs).toBeLessThanOrEqual(Date.now());
  });

  it('are all listed, however many there are, and again the next time', async () => {
    const bodies = Array.from({ length: 23 }, (_, index) => `letter ${index}`);
    for (const body of bodies) await send(harness.names.deadLetterQueue('medium', 'normal'), body);
    for (let times = 0; times < 2; times += 1) {
      const listed = (await queue.deadLetters()).map(({ body }) => body);
      expect(listed.toSorted()).toEqual(bodies.toSorted());
    }
  });

  it('are listed oldest first across all queues', async () => {
    for (const circuit of ['PARITY_BASE', 'PARITY_ROOT', 'PARITY_BASE'] as const) {
      await queue.enqueue([aJobMessage(circuit)]);
      await queue.park((await claim())!, circuit);
      await harness.elapse(1);
    }
    const reasons = (await queue.deadLetters()).map(({ reason }) => reason);
    expect(reasons).toEqual(['PARITY_BASE', 'PARITY_ROOT', 'PARITY_BASE']);
  });

  it('are also listed and sent back from the table, each to the queue that it came from', async () => {
    await park('parked by an agent');
    const letter = { messageId: 'a1', pool: 'small', lane: 'urgent', reason: 'kept', parkedAtMs: 1_000 } as const;
    const message = aJobMessage('TX_MERGE_ROLLUP');
    await kept.keep({ ...letter, body: JSON.stringify(message) });
    expect(await queue.deadLetters()).toEqual([
      { body: JSON.stringify(message), reason: 'kept', parkedAtMs: 1_000 },
      expect.objectContaining({ reason: 'parked by an agent' }),
    ]);
    expect(await queue.redrive()).toBe(2);
    expect(await queue.deadLetters()).toEqual([]);
    expect(await kept.list()).toEqual([]);
    expect((await queue.claim(['small'], { waitSeconds: 60 }))?.message).toEqual(message);
  });

  it('are sent back in hundreds', async () => {
    for (let index = 0; index < 101; index += 1) {
      await send(harness.names.deadLetterQueue('medium', 'normal'), JSON.stringify(aJobMessage()));
    }
    expect(await queue.redrive()).toBe(101);
    expect(await queue.deadLetters()).toEqual([]);
    expect(await queue.depths()).toContainEqual({ pool: 'medium', lane: 'normal', waiting: 101, leased: 0 });
  });

  it('take a reason that SQS would refuse, and a long one', async () => {
    await park('not for\u0000 SQS\u001b\ud800');
    await park('long'.repeat(10_000));
    await park('');
    const reasons = (await queue.deadLetters()).map(({ reason }) => reason);
    expect(reasons[0]).toBe('not for\ufffd SQS\ufffd\ufffd');
    expect(reasons[1]).toMatch(/^(long)+.*… \(cut\)$/);
    expect(reasons[2]).toMatch(/^the message was delivered/);
  });

  it('take a body as long as SQS allows, and cut it', async () => {
    await park('too long', 'ü'.repeat(512 * 1024));
    const [letter] = await queue.deadLetters();
    expect(letter?.body).toMatch(/^ü+ … \(cut\)$/);
    expect(letter?.reason).toBe('the message is not JSON');
    expect(Buffer.byteLength(letter?.body ?? '')).toBeLessThanOrEqual(200 * 1024);
    expect(await queue.depths()).toContainEqual({ pool: 'medium', lane: 'normal', waiting: 0, leased: 0 });
  });

  it('no longer carry a reason once they are sent back', async () => {
    await park('the reason');
    await queue.redrive();
    const { Messages } = await harness.clients.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: await urlOf(harness.names.queue('medium', 'normal')),
        MessageAttributeNames: ['All'],
      }),
    );
    expect(Messages).toHaveLength(1);
    expect(Messages?.[0]?.MessageAttributes).toBeUndefined();
  });
});
