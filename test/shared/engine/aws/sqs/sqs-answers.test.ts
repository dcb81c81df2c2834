import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { awsResourceNames } from '../../../../../shared/engine/aws/aws-resource-names.ts';
import type { QueueLease } from '../../../../../shared/job-queue/job-queue.ts';
import { SqsJobQueue } from '../../../../../shared/engine/aws/sqs/sqs-job-queue.ts';
import { aJobMessage } from '../../../../contract/a-new-job.ts';
import { found, type Json, Refusal, type ScriptedSqs, sentExcept, startScriptedSqs } from './scripted-sqs.ts';

/** Responses that SQS gives and an emulator does not. */
describe('SqsJobQueue, when SQS responds', () => {
  const LEASE_SECONDS = 120;
  let server: ScriptedSqs;
  let queue: SqsJobQueue;
  let nowMs: number;
  beforeEach(async () => {
    server = await startScriptedSqs();
    nowMs = 1_000_000_000;
    queue = new SqsJobQueue(server, awsResourceNames('test'), { leaseSeconds: LEASE_SECONDS, nowMs: () => nowMs });
  });
  afterEach(async () => {
    await queue.close(0);
    await server.close();
  });

  const entriesOf = (input: Json) => input['Entries'] as readonly { Id: string; MessageBody: string }[];
  const sent = () => server.requestsOf('SendMessageBatch').map(({ input }) => entriesOf(input));
  const failure = (Id: string, SenderFault: boolean) => ({ Id, SenderFault, Code: 'InternalError', Message: 'busy' });

  async function claimed(): Promise<QueueLease> {
    server.script('ReceiveMessage', () => found(JSON.stringify(aJobMessage())));
    const lease = await queue.claim(['medium'], { waitSeconds: 1 });
    if (lease === undefined) throw new Error('expected a claimable message');
    return lease;
  }

  describe('that a batch failed in part', () => {
    it('sends only the failed messages again', async () => {
      server.script('SendMessageBatch', ({ input }) =>
        sentExcept(input, server.requestsOf('SendMessageBatch').length === 1 ? [failure('1', false)] : []),
      );
      const messages = [aJobMessage(), aJobMessage(), aJobMessage()];
      await queue.enqueue(messages);
      const [first, second, ...others] = sent();
      expect(first).toHaveLength(3);
      expect(second?.map((entry) => entry.MessageBody)).toEqual([JSON.stringify(messages[1])]);
      expect(others).toEqual([]);
    });

    it('names the job when the message is at fault, and does not try again', async () => {
      server.script('SendMessageBatch', ({ input }) => sentExcept(input, [failure('1', true)]));
      const messages = [aJobMessage(), aJobMessage()];
      await expect(queue.enqueue(messages)).rejects.toMatchObject({
        name: 'MessagesNotSentError',
        message: expect.stringContaining(String(messages[1]?.jobId)) as string,
        notSent: [{ reason: 'InternalError: busy' }],
      });
      expect(sent()).toHaveLength(1);
    });

    it('gives up with an error when some of it keeps failing', async () => {
      server.script('SendMessageBatch', ({ input }) => sentExcept(input, [failure('0', false)]));
      await expect(queue.enqueue([aJobMessage(), aJobMessage()])).rejects.toThrow(/InternalError: busy/);
      expect(sent().map((entries) => entries.length)).toEqual([2, 1, 1, 1, 1]);
    });
  });

  it('sends no more than ten messages, and no more than 256 KiB, at once', async () => {
    await queue.enqueue(Array.from({ length: 21 }, () => aJobMessage()));
    const sizes = () => sent().map((entries) => entries.length);
    expect(sizes().toSorted((a, b) => b - a)).toEqual([10, 10, 1]);
    const big = () => ({ ...aJobMessage('TX_MERGE_ROLLUP'), networkVersion: 'v'.repeat(100 * 1024) });
    await queue.enqueue([big(), big(), big()]);
    expect(sizes().slice(3).toSorted()).toEqual([1, 2]);
  });

  it('sends no message of a lane when one is too big for SQS, and names its job', async () => {
    const message = { ...aJobMessage(), networkVersion: 'é'.repeat(128 * 1024) };
    await expect(queue.enqueue([aJobMessage(), message])).rejects.toThrow(message.jobId);
    expect(sent()).toEqual([]);
  });

  describe.each([
    [
      'has expired',
      new Refusal(400, 'com.amazon.coral.service#InvalidParameterValueException', 'InvalidParameterValue'),
    ],
    ['is not in flight', new Refusal(400, 'com.amazonaws.sqs#MessageNotInflight', 'MessageNotInflight')],
    ['is invalid', new Refusal(404, 'com.amazonaws.sqs#ReceiptHandleIsInvalid', 'ReceiptHandleIsInvalid')],
  ])('that the handle of a message %s', (_, refusal) => {
    it('reports the lease as lost on extending', async () => {
      const lease = await claimed();
      server.script('ChangeMessageVisibility', () => refusal);
      await expect(queue.extend(lease)).rejects.toMatchObject({
        name: 'QueueLeaseLostError',
        jobId: lease.message.jobId,
      });
    });

    it('needs no action to release, complete or park', async () => {
      const lease = await claimed();
      server.script('ChangeMessageVisibility', () => refusal);
      server.script('DeleteMessage', () => refusal);
      await queue.release(lease);
      await queue.complete(lease);
      await queue.park(lease, 'foreign');
      expect(server.requestsOf('DeleteMessage')).toHaveLength(2);
    });
  });

  it('leaves a message that could not be parked on its queue', async () => {
    const lease = await claimed();
    server.script('SendMessageBatch', ({ input }) => sentExcept(input, [failure('0', true)]));
    await expect(queue.park(lease, 'foreign')).rejects.toThrow('InternalError: busy');
    expect(server.requestsOf('DeleteMessage')).toEqual([]);
  });

  it('hides dead letters while it sends them back for as long as ten thousand of them may take', async () => {
    await queue.redrive();
    const hidden = server.requestsOf('ReceiveMessage').map(({ input }) => Number(input['VisibilityTimeout']));
    expect(hidden).toEqual(Array(8).fill(900));
  });

  it('makes no request for a lease that has ended by our clock, except to delete a completed message', async () => {
    const lease = await claimed();
    const before = server.requests.length;
    nowMs = lease.expiresAtMs;
    await expect(queue.extend(lease)).rejects.toThrow('queue lease lost');
    await queue.release(lease);
    await queue.park(lease, 'foreign');
    await queue.complete(lease);
    expect(server.requests.slice(before).map(({ action }) => action)).toEqual(['DeleteMessage']);
  });

  it('hides a message for no longer than the 12 hours that SQS gives it from when it was received', async () => {
    const lease = await claimed();
    const receivedAtMs = nowMs;
    nowMs += 30_000;
    await queue.release(lease, 24 * 3600);
    const endMs = receivedAtMs + 12 * 3600 * 1000;
    nowMs = endMs - 60_000;
    const last = await queue.extend({ ...lease, expiresAtMs: endMs - 10_000 });
    expect(last.expiresAtMs).toBe(endMs);
    nowMs = endMs;
    await expect(queue.extend({ ...last, expiresAtMs: endMs + 10_000 })).rejects.toThrow('queue lease lost');
    const asked = server.requestsOf('ChangeMessageVisibility').map(({ input }) => input['VisibilityTimeout']);
    expect(asked).toEqual([12 * 3600 - 30, 60]);
  });

  it('names a missing queue, and looks it up again the next time', async () => {
    const missing = new Refusal(400, 'com.amazonaws.sqs#QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue');
    server.script('GetQueueUrl', () => missing);
    for (let tries = 1; tries <= 2; tries += 1) {
      await expect(queue.enqueue([aJobMessage()])).rejects.toMatchObject({
        name: 'QueueMissingError',
        message: expect.stringMatching(/test-medium-normal .*--aws-prefix/) as string,
      });
      expect(server.requestsOf('GetQueueUrl')).toHaveLength(tries);
    }
  });

  it('names a missing permission, and its queue', async () => {
    server.script('ReceiveMessage', () => new Refusal(403, 'com.amazon.coral.service#AccessDeniedException'));
    await expect(queue.claim(['medium'], { waitSeconds: 1 })).rejects.toMatchObject({
      name: 'QueueAccessError',
      message: expect.stringContaining('sqs:ReceiveMessage on queue test-medium-urgent') as string,
    });
  });

  it('counts only the queues of the given pools', async () => {
    server.script('GetQueueAttributes', () => ({
      Attributes: { ApproximateNumberOfMessages: '3', ApproximateNumberOfMessagesNotVisible: '1' },
    }));
    expect(await queue.depths(['large'])).toEqual([
      { pool: 'large', lane: 'urgent', waiting: 3, leased: 1 },
      { pool: 'large', lane: 'normal', waiting: 3, leased: 1 },
    ]);
    expect(server.requestsOf('GetQueueAttributes')).toHaveLength(2);
  });

  it('looks up the URL of a queue once', async () => {
    await queue.enqueue([aJobMessage()]);
    await queue.enqueue([aJobMessage()]);
    expect(server.requestsOf('GetQueueUrl')).toHaveLength(1);
  });
});
