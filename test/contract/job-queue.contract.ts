import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { QueueLeaseLostError } from '../../shared/job-queue/errors.ts';
import type { JobQueue, QueueLease } from '../../shared/job-queue/job-queue.ts';
import { type Lane, Pool } from '../../shared/proving-job/circuit-family.ts';
import { CircuitName } from '../../shared/proving-job/circuit-catalogue.ts';
import { messageOf } from '../../shared/proving-job/job-message.ts';
import { aJobMessage, aNewJob } from './a-new-job.ts';
import { claimMessage } from './claim-message.ts';

export interface JobQueueHarness {
  readonly queue: JobQueue;
  readonly leaseSeconds: number;
  /** How long a claim must wait to be sure that it sees a message that is there: 0, or what a remote queue needs. */
  readonly sureWaitSeconds: number;
  nowMs(): number;
  /** Lets `seconds` go by, as the queue sees it: a moved clock, or a real wait for a queue with its own clock. */
  elapse(seconds: number): Promise<void>;
  /** Sends a body as something other than this queue would. */
  sendForeign(pool: Pool, lane: Lane, body: string): Promise<void>;
  close(): Promise<void>;
}

export function describeJobQueueContract(adapter: string, open: () => Promise<JobQueueHarness>): void {
  describe(`JobQueue contract: ${adapter}`, () => {
    let harness: JobQueueHarness;
    let queue: JobQueue;
    beforeEach(async () => {
      harness = await open();
      queue = harness.queue;
    });
    afterEach(() => harness.close());

    const claim = (pools: readonly Pool[] = Pool.options): Promise<QueueLease | undefined> =>
      queue.claim(pools, { waitSeconds: harness.sureWaitSeconds });

    const claimed = (pools?: readonly Pool[]): Promise<QueueLease> => claimMessage(queue, pools);

    /** Claims until the dead letters are so many: of messages that are for nobody. */
    async function untilParked(letters: number): Promise<void> {
      await expect
        .poll(async () => {
          expect(await claim()).toBeUndefined();
          return (await queue.deadLetters()).length;
        })
        .toBe(letters);
    }

    it('claims nothing from an empty queue', async () => {
      expect(await claim()).toBeUndefined();
    });

    it.each([
      ['PUBLIC_CHONK_VERIFIER', '4.1.2', 'medium'],
      ['PUBLIC_CHONK_VERIFIER', '5.2.0', 'small'],
      ['INBOX_PARITY', '6.0.0', 'medium'],
      ['WONDER_ROLLUP', '7.0.0', 'large'],
    ] as const)('takes %s of version %s to agents of pool %s', async (circuit, networkVersion, pool) => {
      const message = messageOf(aNewJob(CircuitName.parse(circuit), { networkVersion }));
      await queue.enqueue([message]);
      expect(await claimed([pool])).toMatchObject({ message });
    });

    it('does not hand a claimed message to a second agent while the lease lasts', async () => {
      const message = aJobMessage();
      await queue.enqueue([message]);
      expect(await claimed()).toMatchObject({ message, deliveries: 1 });
      await harness.elapse(harness.leaseSeconds / 2);
      expect(await claim()).toBeUndefined();
    });

    it('returns the end of the lease', async () => {
      await queue.enqueue([aJobMessage()]);
      const { expiresAtMs } = await claimed();
      expect((expiresAtMs - harness.nowMs()) / 1000).toBeCloseTo(harness.leaseSeconds, 0);
    });

    it('gives the message of a dead agent to another once the lease ends', async () => {
      const message = aJobMessage();
      await queue.enqueue([message]);
      await claimed();
      await harness.elapse(harness.leaseSeconds);
      expect(await claimed()).toMatchObject({ message, deliveries: 2 });
    });

    it('keeps the message hidden for as long as the agent extends', async () => {
      await queue.enqueue([aJobMessage()]);
      const lease = await claimed();
      await harness.elapse(harness.leaseSeconds * 0.75);
      const extended = await queue.extend(lease);
      expect((extended.expiresAtMs - harness.nowMs()) / 1000).toBeCloseTo(harness.leaseSeconds, 0);
      await harness.elapse(harness.leaseSeconds * 0.75);
      expect(await claim()).toBeUndefined();
    });

    it('extends an extended lease again', async () => {
      await queue.enqueue([aJobMessage()]);
      const extended = await queue.extend(await claimed());
      await harness.elapse(harness.leaseSeconds * 0.75);
      await queue.extend(extended);
      await harness.elapse(harness.leaseSeconds * 0.75);
      expect(await claim()).toBeUndefined();
    });

    it('refuses to extend a lease that has ended, though no other agent took the message', async () => {
      await queue.enqueue([aJobMessage()]);
      const lease = await claimed();
      await harness.elapse(harness.leaseSeconds);
      await expect(queue.extend(lease)).rejects.toBeInstanceOf(QueueLeaseLostError);
    });

    it('refuses to extend a lease whose message another agent now holds', async () => {
      await queue.enqueue([aJobMessage()]);
      const lease = await claimed();
      await harness.elapse(harness.leaseSeconds);
      await claimed();
      await expect(queue.extend(lease)).rejects.toMatchObject({
        name: 'QueueLeaseLostError',
        jobId: lease.message.jobId,
      });
    });

    it('hands a message that is for another pool than its circuit’s to the agents of that pool', async () => {
      const message = aJobMessage('PARITY_BASE');
      await queue.enqueue([message], 'large');
      expect(await claim(['medium'])).toBeUndefined();
      expect(await claimed(['large'])).toMatchObject({ message });
    });

    it('takes a message for a pool while one of the same job waits in another', async () => {
      const message = aJobMessage('PARITY_BASE');
      await queue.enqueue([message]);
      await queue.enqueue([message], 'large');
      expect(await claimed(['large'])).toMatchObject({ message });
      expect(await claimed(['medium'])).toMatchObject({ message });
    });

    it('makes a released message claimable at once', async () => {
      await queue.enqueue([aJobMessage()]);
      await queue.release(await claimed());
      expect((await claimed()).deliveries).toBe(2);
    });

    it('keeps a message that was released with a delay hidden for that long', async () => {
      await queue.enqueue([aJobMessage()]);
      await queue.release(await claimed(), harness.leaseSeconds * 2);
      await harness.elapse(harness.leaseSeconds * 1.5);
      expect(await claim()).toBeUndefined();
      await harness.elapse(harness.leaseSeconds * 0.5);
      expect((await claimed()).deliveries).toBe(2);
    });

    it('leaves the message with its new agent when the old one releases it', async () => {
      await queue.enqueue([aJobMessage()]);
      const lease = await claimed();
      await harness.elapse(harness.leaseSeconds);
      const second = await claimed();
      await queue.release(lease);
      expect(await claim()).toBeUndefined();
      await queue.extend(second);
    });

    it('removes a completed message, and completing twice is harmless', async () => {
      await queue.enqueue([aJobMessage()]);
      const lease = await claimed();
      await queue.complete(lease);
      await queue.complete(lease);
      await harness.elapse(harness.leaseSeconds);
      expect(await claim()).toBeUndefined();
    });

    it('removes one message and leaves the others', async () => {
      await queue.enqueue([aJobMessage(), aJobMessage()]);
      await queue.complete(await claimed());
      expect(await claimed()).toBeDefined();
    });

    it('delivers every message of a large batch', async () => {
      const messages = Array.from({ length: 25 }, () => aJobMessage());
      await queue.enqueue(messages);
      const delivered = new Set<string>();
      while (delivered.size < messages.length) {
        const lease = await claimed();
        delivered.add(lease.message.jobId);
        await queue.complete(lease);
      }
      expect([...delivered].toSorted()).toEqual(messages.map((message) => message.jobId).toSorted());
    });

    it('delivers a message that was enqueued again while an agent held it, after the agent completed its own', async () => {
      const message = aJobMessage();
      await queue.enqueue([message]);
      const lease = await claimed();
      await queue.enqueue([message]);
      await queue.complete(lease);
      expect((await claimed()).message).toEqual(message);
    });

    it('hands out only messages of the pools that the agent names', async () => {
      await queue.enqueue([aJobMessage('ROOT_ROLLUP')]);
      expect(await claim(['small', 'medium'])).toBeUndefined();
      expect(await claimed(['large'])).toBeDefined();
    });

    it('leaves the circuits that an agent does not take to others, and hands out what is behind them', async () => {
      const [left, wanted] = [aJobMessage('PARITY_BASE'), aJobMessage('PRIVATE_TX_BASE_ROLLUP')];
      await queue.enqueue([left]);
      const picky = queue.claim(['medium'], { waitSeconds: 60, except: ['PARITY_BASE', 'ROOT_ROLLUP'] });
      await queue.enqueue([wanted]);
      expect((await picky)?.message).toEqual(wanted);
      expect((await claimed(['medium'])).message).toEqual(left);
    });

    it('keeps a message that an agent leaves claimable for others', async () => {
      const message = aJobMessage('PARITY_BASE');
      await queue.enqueue([message]);
      const except = [message.circuit];
      expect(await queue.claim(['medium'], { waitSeconds: harness.sureWaitSeconds, except })).toBeUndefined();
      expect((await claimed(['medium'])).message).toEqual(message);
    });

    it('gives a waiting claim the message that arrives meanwhile', async () => {
      const waiting = queue.claim(['medium'], { waitSeconds: 20 });
      const message = aJobMessage('PARITY_BASE');
      await queue.enqueue([message]);
      expect((await waiting)?.message).toEqual(message);
    });

    it('ends a waiting claim with nothing when it is aborted', async () => {
      const abort = new AbortController();
      const waiting = queue.claim(['medium'], { waitSeconds: 20, signal: abort.signal });
      abort.abort();
      expect(await waiting).toBeUndefined();
    });

    it('leaves the message when a claim was aborted before it began', async () => {
      await queue.enqueue([aJobMessage()]);
      expect(await queue.claim(Pool.options, { waitSeconds: 20, signal: AbortSignal.abort() })).toBeUndefined();
      expect((await claimed()).deliveries).toBe(1);
    });

    it.each([
      ['is not JSON', '{"v":1,'],
      ['has another layout', JSON.stringify({ ...aJobMessage(), v: 2 })],
      ['names what cannot be a circuit', JSON.stringify({ ...aJobMessage(), circuit: 'parity' })],
      ['holds an invalid job id', JSON.stringify({ ...aJobMessage(), jobId: '../../etc/passwd' })],
      ['holds more than a message does', JSON.stringify({ ...aJobMessage(), priority: 9 })],
    ])('parks a message that %s, with the reason, and hands out the next one', async (_, body) => {
      const message = aJobMessage('PARITY_BASE');
      await harness.sendForeign('medium', 'normal', body);
      await queue.enqueue([message]);
      expect((await claimed()).message).toEqual(message);
      // A queue without order may have handed out ours first: the next claim meets the foreign one.
      await untilParked(1);
      const [letter, ...others] = await queue.deadLetters();
      expect(letter).toMatchObject({ body, parkedAtMs: expect.closeTo(harness.nowMs(), -4) as number });
      expect(letter?.reason).toMatch(/^the message /);
      expect(others).toEqual([]);
    });

    it('sets a parked message aside for good, with the reason that the agent gives', async () => {
      const message = aJobMessage();
      await queue.enqueue([message]);
      await queue.park(await claimed(), 'the job is of network 4.2.0');
      await harness.elapse(harness.leaseSeconds);
      expect(await claim()).toBeUndefined();
      const [letter] = await queue.deadLetters();
      expect(letter?.reason).toBe('the job is of network 4.2.0');
      expect(JSON.parse(letter?.body ?? '')).toEqual(message);
    });

    it('lists parked messages oldest first', async () => {
      for (const reason of ['first', 'second', 'third']) {
        await queue.enqueue([aJobMessage()]);
        await queue.park(await claimed(), reason);
        await harness.elapse(1);
      }
      expect((await queue.deadLetters()).map((letter) => letter.reason)).toEqual(['first', 'second', 'third']);
    });

    it('sends a parked message back to the queue that it came from, as if it were new', async () => {
      const message = aJobMessage('TX_MERGE_ROLLUP');
      await queue.enqueue([message]);
      await queue.release(await claimed());
      await queue.park(await claimed(), 'no prover of family aztec');
      expect(await queue.redrive()).toBe(1);
      expect(await claimed(['small'])).toMatchObject({ message, deliveries: 1 });
      await harness.elapse(harness.leaseSeconds * 4);
      expect(await queue.deadLetters()).toEqual([]);
    });

    it('sends back every dead letter, each to its own pool and lane', async () => {
      await queue.enqueue([aJobMessage('PARITY_BASE'), aJobMessage('PARITY_BASE'), aJobMessage('ROOT_ROLLUP')]);
      for (const reason of ['first', 'second', 'third']) await queue.park(await claimed(), reason);
      await harness.sendForeign('small', 'normal', 'no JSON');
      await untilParked(4);
      expect(await queue.redrive()).toBe(4);
      const depths = (await queue.depths()).filter(({ waiting, leased }) => waiting + leased > 0);
      expect(depths).toHaveLength(3);
      expect(depths).toContainEqual({ pool: 'medium', lane: 'normal', waiting: 2, leased: 0 });
      expect(depths).toContainEqual({ pool: 'large', lane: 'urgent', waiting: 1, leased: 0 });
      expect(depths).toContainEqual({ pool: 'small', lane: 'normal', waiting: 1, leased: 0 });
    });

    it('sets a redriven message that it still cannot read aside again, with the reason', async () => {
      const body = '{"v":1,';
      await harness.sendForeign('medium', 'normal', body);
      await untilParked(1);
      const letters = await queue.deadLetters();
      expect(await queue.redrive()).toBe(1);
      await untilParked(1);
      expect(await queue.deadLetters()).toMatchObject([{ body, reason: letters[0]?.reason }]);
    });

    it('gives a message that is parked again the new reason', async () => {
      await queue.enqueue([aJobMessage()]);
      await queue.park(await claimed(), 'the old reason');
      await queue.redrive();
      await queue.park(await claimed(), 'the new reason');
      expect((await queue.deadLetters()).map((letter) => letter.reason)).toEqual(['the new reason']);
    });

    it('sends nothing back when nothing is set aside', async () => {
      await queue.enqueue([aJobMessage()]);
      expect(await queue.redrive()).toBe(0);
    });

    it('counts the messages that wait and those that are leased, by pool and lane', async () => {
      await queue.enqueue([aJobMessage('PARITY_BASE'), aJobMessage('PARITY_BASE'), aJobMessage('ROOT_ROLLUP')]);
      await claimed(['medium']);
      const depths = (await queue.depths()).filter(({ waiting, leased }) => waiting + leased > 0);
      expect(depths).toHaveLength(2);
      expect(depths).toContainEqual({ pool: 'medium', lane: 'normal', waiting: 1, leased: 1 });
      expect(depths).toContainEqual({ pool: 'large', lane: 'urgent', waiting: 1, leased: 0 });
    });
  });
}
