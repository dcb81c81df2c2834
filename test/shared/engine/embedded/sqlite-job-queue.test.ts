import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { aJobMessage } from '../../../contract/a-new-job.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../../contract/embedded-harness.ts';

/** What this adapter keeps beyond the contract; callers may not lean on it. */
describe('SqliteJobQueue', () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(() => harness.close());

  const claim = () => harness.engine.queue.claim(['small', 'medium'], { waitSeconds: 0 });

  it('keeps one message of a job that is enqueued again while its first still waits', async () => {
    const { queue } = harness.engine;
    const message = aJobMessage();
    await queue.enqueue([message, message]);
    await queue.enqueue([message]);
    expect(await queue.depths()).toEqual([{ pool: 'medium', lane: 'normal', waiting: 1, leased: 0 }]);
    await harness.elapse(1);
    await claim();
    await harness.elapse(harness.leaseSeconds);
    await queue.enqueue([message]);
    expect(await queue.depths()).toEqual([{ pool: 'medium', lane: 'normal', waiting: 1, leased: 0 }]);
  });

  it('hands out the messages of a lane oldest first, and one that came back before those that are younger', async () => {
    const { queue } = harness.engine;
    const messages = [aJobMessage(), aJobMessage(), aJobMessage()];
    for (const message of messages) {
      await queue.enqueue([message]);
      await harness.elapse(1);
    }
    const first = await claim();
    expect(first?.message).toEqual(messages[0]);
    await queue.release(first!);
    for (const index of [0, 1, 2]) expect((await claim())?.message).toEqual(messages[index]);
  });

  it('does not give a new message the token of a completed one', async () => {
    const { queue } = harness.engine;
    await queue.enqueue([aJobMessage()]);
    const first = await claim();
    await queue.complete(first!);
    await queue.enqueue([aJobMessage()]);
    await claim();
    await queue.complete(first!);
    expect(await queue.depths()).toEqual([{ pool: 'medium', lane: 'normal', waiting: 0, leased: 1 }]);
  });

  it('leaves a message with its new agent when the old one completes it', async () => {
    const { queue } = harness.engine;
    await queue.enqueue([aJobMessage()]);
    const first = await claim();
    await harness.elapse(harness.leaseSeconds);
    const second = await claim();
    await queue.complete(first!);
    await queue.extend(second!);
  });

  it('sends a dead letter back to its lane, unless a message for the job waits there already', async () => {
    const { queue } = harness.engine;
    const message = aJobMessage();
    await queue.enqueue([message]);
    await queue.park((await claim())!, 'broken');
    await queue.enqueue([message]);
    expect(await queue.redrive()).toBe(1);
    expect(await queue.deadLetters()).toEqual([]);
    expect(await queue.depths()).toEqual([{ pool: 'medium', lane: 'normal', waiting: 1, leased: 0 }]);
  });

  it('accepts a delay of a fraction of a millisecond', async () => {
    const { queue } = harness.engine;
    await queue.enqueue([aJobMessage()]);
    await queue.release((await claim())!, 0.0123);
    expect(await claim()).toBeUndefined();
    await harness.elapse(0.012);
    expect(await claim()).toBeDefined();
  });
});
