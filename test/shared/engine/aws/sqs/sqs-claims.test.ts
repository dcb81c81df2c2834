import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { awsResourceNames } from '../../../../../shared/engine/aws/aws-resource-names.ts';
import { HEAD_START_MS } from '../../../../../shared/engine/aws/sqs/first-found.ts';
import { SqsJobQueue } from '../../../../../shared/engine/aws/sqs/sqs-job-queue.ts';
import { aJobMessage } from '../../../../contract/a-new-job.ts';
import { found, type Json, type ScriptedSqs, startScriptedSqs } from './scripted-sqs.ts';

const LEASE_SECONDS = 120;
const NORMAL = 'test-medium-normal';
const URGENT = 'test-medium-urgent';
/** A claim that may wait this long and ends within its test did not end by time. */
const ENDLESS_SECONDS = 3600;

/** A poll that is still under way. */
interface WaitingPoll {
  readonly queue: string;
  readonly waitSeconds: unknown;
  answer(output: Json): void;
}

describe('the claims of SqsJobQueue', () => {
  let server: ScriptedSqs;
  let queue: SqsJobQueue;
  let waiting: WaitingPoll[];
  beforeEach(async () => {
    // Claims go by this clock. Here it stands still but for what a test lets pass, however slow the machine is.
    vi.useFakeTimers({ toFake: ['performance'] });
    server = await startScriptedSqs();
    waiting = [];
    server.script('ReceiveMessage', (request) => {
      const { promise, resolve } = Promise.withResolvers<Json>();
      waiting.push({ queue: request.queue, waitSeconds: request.input['WaitTimeSeconds'], answer: resolve });
      return promise;
    });
    queue = new SqsJobQueue(server, awsResourceNames('test'), { leaseSeconds: LEASE_SECONDS, nowMs: Date.now });
  });
  afterEach(async () => {
    await queue.close(0);
    await server.close();
    vi.useRealTimers();
  });

  const polls = () => server.requestsOf('ReceiveMessage');
  const claim = (waitSeconds = 20, signal = new AbortController().signal) =>
    queue.claim(['medium'], { waitSeconds, signal });

  async function pollOf(name: string): Promise<WaitingPoll> {
    await expect.poll(() => waiting.map((each) => each.queue), { interval: 5 }).toContain(name);
    const [poll] = waiting.splice(
      waiting.findIndex((each) => each.queue === name),
      1,
    );
    return poll!;
  }

  /** What is polled at first has had its head start: the next lane's turn has come. */
  const passHeadStart = () => vi.advanceTimersByTime(HEAD_START_MS);

  const released = async (handle: string, hiddenSeconds = 0): Promise<void> =>
    expect
      .poll(() => server.requestsOf('ChangeMessageVisibility').map(({ input }) => input), { interval: 5 })
      .toContainEqual(expect.objectContaining({ ReceiptHandle: handle, VisibilityTimeout: hiddenSeconds }));

  it('polls the urgent lane and then, at the same time, the normal one, each for as long as the claim waits', async () => {
    const claiming = claim();
    const urgent = await pollOf(URGENT);
    passHeadStart();
    const normal = await pollOf(NORMAL);
    expect([urgent.waitSeconds, normal.waitSeconds]).toEqual([20, 20]);
    expect(polls().map(({ input }) => input)).toContainEqual(
      expect.objectContaining({ MaxNumberOfMessages: 1, VisibilityTimeout: LEASE_SECONDS }),
    );
    const message = aJobMessage();
    urgent.answer(found(JSON.stringify(message)));
    expect((await claiming)?.message).toEqual(message);
  });

  it('does not poll the normal lane while there are urgent messages', async () => {
    const claiming = claim();
    (await pollOf(URGENT)).answer(found(JSON.stringify(aJobMessage())));
    await claiming;
    expect(polls()).toHaveLength(1);
  });

  it('shows what it leaves to others at once, rests before it polls that queue again, and hides what comes back', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
    try {
      const left = aJobMessage('PARITY_ROOT');
      const claiming = queue.claim(['medium'], { waitSeconds: ENDLESS_SECONDS, except: [left.circuit] });
      (await pollOf(URGENT)).answer(found(JSON.stringify(left), 'first'));
      await released('first');
      clock.mockReturnValue(999);
      await sleep(1_000 + HEAD_START_MS);
      expect(waiting.map((poll) => poll.queue)).not.toContain(URGENT);
      clock.mockReturnValue(1_000);
      for (const [handle, hiddenSeconds] of [
        ['second', 5],
        ['third', 10],
      ] as const) {
        (await pollOf(URGENT)).answer(found(JSON.stringify(left), handle));
        await released(handle, hiddenSeconds);
      }
      const message = aJobMessage('BLOCK_ROOT_FIRST_ROLLUP');
      (await pollOf(URGENT)).answer(found(JSON.stringify(message)));
      expect((await claiming)?.message).toEqual(message);
    } finally {
      clock.mockRestore();
    }
  });

  it('does not rest for what another claim left', async () => {
    const left = aJobMessage('PARITY_ROOT');
    const abort = new AbortController();
    const picky = queue.claim(['medium'], { waitSeconds: 20, except: [left.circuit], signal: abort.signal });
    (await pollOf(URGENT)).answer(found(JSON.stringify(left), 'left'));
    await released('left');
    abort.abort();
    await picky;
    const claiming = claim();
    (await pollOf(URGENT)).answer(found(JSON.stringify(left)));
    expect((await claiming)?.message).toEqual(left);
  });

  it('never polls without waiting, and never for longer than SQS can', async () => {
    void queue.claim(['small'], { waitSeconds: 60 });
    expect((await pollOf('test-small-urgent')).waitSeconds).toBe(20);
    const short = claim(0);
    const urgent = await pollOf(URGENT);
    expect(urgent.waitSeconds).toBe(1);
    urgent.answer(found(JSON.stringify(aJobMessage())));
    expect(await short).toBeDefined();
  });

  it('continues the polls of the previous claim, so that an idle agent makes one request for each lane', async () => {
    const abort = new AbortController();
    const first = claim(20, abort.signal);
    const urgent = await pollOf(URGENT);
    passHeadStart();
    await pollOf(NORMAL);
    abort.abort();
    await first;
    const second = claim();
    await sleep(2 * HEAD_START_MS);
    expect(polls()).toHaveLength(2);
    const message = aJobMessage();
    urgent.answer(found(JSON.stringify(message)));
    expect((await second)?.message).toEqual(message);
    await queue.close(0);
    expect(server.requestsOf('ChangeMessageVisibility')).toEqual([]);
  });

  it('makes polls of one second after a claim that found something, and long ones again when that second found nothing', async () => {
    const first = claim();
    (await pollOf(URGENT)).answer(found(JSON.stringify(aJobMessage())));
    await first;
    const second = claim();
    const shortPoll = await pollOf(URGENT);
    expect(shortPoll.waitSeconds).toBe(1);
    passHeadStart();
    const normal = await pollOf(NORMAL);
    expect(normal.waitSeconds).toBe(1);
    vi.advanceTimersByTime(1_000);
    shortPoll.answer({});
    const longPoll = await pollOf(URGENT);
    expect(longPoll.waitSeconds).toBe(20);
    passHeadStart();
    normal.answer(found(JSON.stringify(aJobMessage())));
    expect(await second).toBeDefined();
  });

  it('makes long polls when the previous claim found nothing', async () => {
    const first = claim();
    (await pollOf(URGENT)).answer(found(JSON.stringify(aJobMessage())));
    await first;
    const second = claim(1);
    const left = await pollOf(URGENT);
    passHeadStart();
    const alsoLeft = await pollOf(NORMAL);
    vi.advanceTimersByTime(1_000);
    expect(await second).toBeUndefined();
    left.answer({});
    alsoLeft.answer({});
    const third = claim();
    expect((await pollOf(URGENT)).waitSeconds).toBe(20);
    await queue.close(0);
    await third;
  });

  it('repeats a poll that ended before the claim does', async () => {
    const claiming = claim();
    (await pollOf(URGENT)).answer({});
    const message = aJobMessage();
    (await pollOf(URGENT)).answer(found(JSON.stringify(message)));
    expect((await claiming)?.message).toEqual(message);
  });

  it('aborts no poll when the claim is aborted, and gives back at once what the poll finds then', async () => {
    const abort = new AbortController();
    const claiming = claim(ENDLESS_SECONDS, abort.signal);
    const urgent = await pollOf(URGENT);
    abort.abort();
    expect(await claiming).toBeUndefined();
    urgent.answer(found(JSON.stringify(aJobMessage()), 'late'));
    await released('late');
    expect(polls().filter(({ wasCut }) => wasCut)).toEqual([]);
  });

  it('takes an urgent message, and gives back what another lane finds then, before it polls that lane again', async () => {
    const claiming = claim();
    const urgent = await pollOf(URGENT);
    passHeadStart();
    const normal = await pollOf(NORMAL);
    const givenBack = Promise.withResolvers<Json>();
    server.script('ChangeMessageVisibility', () => givenBack.promise);
    const message = aJobMessage('PARITY_ROOT');
    urgent.answer(found(JSON.stringify(message)));
    expect((await claiming)?.message).toEqual(message);
    normal.answer(found(JSON.stringify(aJobMessage()), 'second'));
    await released('second');

    const next = claim();
    (await pollOf(URGENT)).answer({});
    await pollOf(URGENT);
    passHeadStart();
    await sleep(2 * HEAD_START_MS);
    expect(waiting.filter((poll) => poll.queue === NORMAL)).toEqual([]);
    givenBack.resolve({});
    (await pollOf(NORMAL)).answer(found(JSON.stringify(aJobMessage())));
    expect(await next).toBeDefined();
  });

  it('waits for the preferred one of two pools that it has just polled, and gives back what the other found', async () => {
    const claiming = queue.claim(['medium', 'small'], { waitSeconds: 20 });
    const medium = await pollOf(URGENT);
    (await pollOf('test-small-urgent')).answer(found(JSON.stringify(aJobMessage('TX_MERGE_ROLLUP')), 'worse'));
    const message = aJobMessage('PARITY_ROOT');
    medium.answer(found(JSON.stringify(message)));
    expect((await claiming)?.message).toEqual(message);
    await released('worse');
  });

  it('begins no poll for a claim that is over before the lane can be polled', async () => {
    const givenBack = Promise.withResolvers<Json>();
    server.script('ChangeMessageVisibility', () => givenBack.promise);
    const abort = new AbortController();
    const first = claim(20, abort.signal);
    const urgent = await pollOf(URGENT);
    abort.abort();
    await first;
    urgent.answer(found(JSON.stringify(aJobMessage()), 'late'));
    await released('late');
    const abortSecond = new AbortController();
    const second = claim(20, abortSecond.signal);
    abortSecond.abort();
    await second;
    givenBack.resolve({});
    await queue.close();
    expect(polls()).toHaveLength(1);
  });

  it('does not keep a normal message waiting for an urgent lane that has been polled for a while', async () => {
    const claiming = claim(ENDLESS_SECONDS);
    await pollOf(URGENT);
    passHeadStart();
    const message = aJobMessage();
    (await pollOf(NORMAL)).answer(found(JSON.stringify(message)));
    expect((await claiming)?.message).toEqual(message);
  });

  it('lets two claims poll at the same time, and gives each its own message', async () => {
    const claims = [claim(), claim()];
    const messages = [aJobMessage(), aJobMessage()];
    for (const message of messages) (await pollOf(URGENT)).answer(found(JSON.stringify(message), message.jobId));
    const leases = await Promise.all(claims);
    expect(leases.map((lease) => lease?.message)).toEqual(expect.arrayContaining(messages));
  });

  it('measures the lease from the arrival of the message, not from the beginning of the claim', async () => {
    let nowMs = 1_000_000;
    const slow = new SqsJobQueue(server, awsResourceNames('test'), { leaseSeconds: 120, nowMs: () => nowMs });
    const claiming = slow.claim(['medium'], { waitSeconds: 20 });
    const urgent = await pollOf(URGENT);
    nowMs += 15_000;
    urgent.answer(found(JSON.stringify(aJobMessage())));
    expect((await claiming)?.expiresAtMs).toBe(nowMs + 120_000);
    await slow.close(0);
  });

  it('fails when one poll fails, and gives back what another found', async () => {
    const claiming = claim();
    const urgent = await pollOf(URGENT);
    passHeadStart();
    const normal = await pollOf(NORMAL);
    urgent.answer({ Messages: [{ Body: 'not what its digest says', MD5OfBody: '0'.repeat(32), MessageId: 'broken' }] });
    await expect(claiming).rejects.toThrow(/MD5/);
    normal.answer(found(JSON.stringify(aJobMessage()), 'other'));
    await released('other');
  });

  it('waits, when it is closed, for polls under way, and gives back what they find', async () => {
    const claiming = claim();
    const urgent = await pollOf(URGENT);
    passHeadStart();
    const normal = await pollOf(NORMAL);
    let isClosed = false;
    const closing = queue.close().then(() => (isClosed = true));
    expect(await claiming).toBeUndefined();
    urgent.answer({});
    await sleep(50);
    expect(isClosed).toBe(false);
    normal.answer(found(JSON.stringify(aJobMessage()), 'last'));
    await closing;
    expect(server.requestsOf('ChangeMessageVisibility').map(({ input }) => input['ReceiptHandle'])).toEqual(['last']);
    expect(await claim()).toBeUndefined();
    expect(polls()).toHaveLength(2);
  });

  it('aborts polls that take longer than its patience', async () => {
    const claiming = claim();
    await pollOf(URGENT);
    await queue.close(0.05);
    expect(await claiming).toBeUndefined();
    await expect.poll(() => polls().map(({ wasCut }) => wasCut), { interval: 5 }).toEqual([true]);
  });
});
