import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { JobQueue, QueueLease } from '../../shared/job-queue/job-queue.ts';
import { CircuitName } from '../../shared/proving-job/circuit-catalogue.ts';
import { Pool } from '../../shared/proving-job/circuit-family.ts';
import { EpochNumber, makeEpochId, makeLineId, parseEpochId } from '../../shared/proving-job/epoch-id.ts';
import { type JobMessage, messageOf } from '../../shared/proving-job/job-message.ts';
import { epochIdOf } from '../../shared/proving-job/proving-job-id.ts';
import { epochId } from '../fixtures/epoch-id.ts';
import { aJobMessage, aNewJob } from './a-new-job.ts';
import { claimMessage } from './claim-message.ts';
import type { JobQueueHarness } from './job-queue.contract.ts';

/**
 * The order of claims.
 * @param promises what the adapter keeps: the order of epochs and of what waits for a job, or that of the lanes alone
 */
export function describeJobQueueOrder(
  adapter: string,
  promises: 'epochs' | 'lanes',
  open: () => Promise<JobQueueHarness>,
): void {
  describe(`JobQueue order: ${adapter}, of ${promises}`, () => {
    let harness: JobQueueHarness;
    let queue: JobQueue;
    beforeEach(async () => {
      harness = await open();
      queue = harness.queue;
    });
    afterEach(() => harness.close());

    const of = (epoch: number, circuit: CircuitName): JobMessage =>
      messageOf(aNewJob(circuit, { epochId: epochId(epoch) }));

    const claimed = (pools?: readonly Pool[]): Promise<QueueLease> => claimMessage(queue, pools);

    it('hands out urgent messages of every pool before normal ones', async () => {
      const [normal, urgentSmall, urgentLarge] = [
        aJobMessage('PARITY_BASE'),
        aJobMessage('TX_MERGE_ROLLUP'),
        aJobMessage('ROOT_ROLLUP'),
      ];
      await queue.enqueue([normal, urgentSmall, urgentLarge]);
      const first = [(await claimed()).message, (await claimed()).message];
      expect(first).toEqual(expect.arrayContaining([urgentSmall, urgentLarge]));
      expect((await claimed()).message).toEqual(normal);
    });

    it('hands out, on a level, the pools in the order the agent names them', async () => {
      const [small, medium] = [aJobMessage('BLOCK_ROOT_ROLLUP'), aJobMessage('BLOCK_ROOT_FIRST_ROLLUP')];
      await queue.enqueue([small, medium]);
      expect((await claimed(['medium', 'small'])).message).toEqual(medium);
      expect((await claimed(['medium', 'small'])).message).toEqual(small);
    });

    it('hands out every message of two epochs', async () => {
      const messages = [7, 8].flatMap((epoch) =>
        (['PARITY_BASE', 'TX_MERGE_ROLLUP', 'ROOT_ROLLUP'] as const).map((circuit) => of(epoch, circuit)),
      );
      await queue.enqueue(messages);
      const ids = [];
      while (ids.length < messages.length) ids.push((await claimed()).message.jobId);
      expect(ids.toSorted()).toEqual(messages.map(({ jobId }) => jobId).toSorted());
    });

    if (promises === 'lanes') {
      it('hands out urgent messages first, whatever their epoch', async () => {
        const [older, younger] = [of(7, 'PARITY_BASE'), of(8, 'ROOT_ROLLUP')];
        await queue.enqueue([older, younger]);
        expect((await claimed()).message).toEqual(younger);
        expect((await claimed()).message).toEqual(older);
      });
      return;
    }

    async function claimedAll(): Promise<readonly JobMessage[]> {
      const messages: JobMessage[] = [];
      const claim = () => queue.claim(Pool.options, { waitSeconds: harness.sureWaitSeconds });
      for (let lease = await claim(); lease !== undefined; lease = await claim()) messages.push(lease.message);
      return messages;
    }

    it('hands out the older epoch first, whatever its jobs and whenever they come', async () => {
      const [root, parity, late] = [of(8, 'ROOT_ROLLUP'), of(7, 'PARITY_BASE'), of(7, 'PUBLIC_VM')];
      await queue.enqueue([root, parity]);
      expect((await claimed()).message).toEqual(parity);
      await queue.enqueue([late]);
      expect(await claimedAll()).toEqual([late, root]);
    });

    it('hands out, of an epoch, what most of the tree waits for', async () => {
      const upwards = (
        [
          'PARITY_BASE',
          'PARITY_ROOT',
          'PUBLIC_TX_BASE_ROLLUP',
          'TX_MERGE_ROLLUP',
          'BLOCK_ROOT_FIRST_ROLLUP',
          'BLOCK_MERGE_ROLLUP',
          'CHECKPOINT_ROOT_ROLLUP',
          'CHECKPOINT_MERGE_ROLLUP',
          'ROOT_ROLLUP',
        ] as const
      ).map((circuit) => of(7, circuit));
      await queue.enqueue(upwards);
      expect(await claimedAll()).toEqual(upwards.toReversed());
    });

    it('hands out the one parity proof of a checkpoint before a backlog of transactions', async () => {
      const line = { networkVersion: '6.0.0' };
      const leaves = Array.from({ length: 5 }, () => messageOf(aNewJob('PUBLIC_CHONK_VERIFIER', line)));
      const parity = messageOf(aNewJob(CircuitName.parse('INBOX_PARITY'), line));
      await queue.enqueue([...leaves, parity]);
      expect((await claimed()).message).toEqual(parity);
    });

    it('hands out jobs of one level oldest first, so that none of them starves', async () => {
      const leaves = (['PARITY_BASE', 'PUBLIC_VM', 'PRIVATE_TX_BASE_ROLLUP', 'PARITY_BASE'] as const).map((circuit) =>
        of(7, circuit),
      );
      // From one pool: between pools the agent's order counts.
      for (const leaf of leaves) await queue.enqueue([leaf], 'large');
      const first = await claimed();
      await queue.enqueue([of(7, 'PUBLIC_VM')], 'large');
      await queue.release(first);
      expect((await claimedAll()).slice(0, 4)).toEqual(leaves);
    });

    it('has two rollups take turns by when their epochs came, however they count', async () => {
      const ofOther = (epoch: number): JobMessage => {
        const id = makeEpochId(makeLineId('6.0.0'), EpochNumber.parse(epoch));
        return messageOf(aNewJob('PARITY_BASE', { epochId: id, networkVersion: '6.0.0' }));
      };
      const messages = [of(900, 'PARITY_BASE'), ofOther(3), of(901, 'ROOT_ROLLUP'), ofOther(4)];
      for (const message of messages) await queue.enqueue([message]);
      // Late work of an epoch does not lose its turn.
      const late = of(900, 'PUBLIC_VM');
      await queue.enqueue([late]);
      expect(await claimedAll()).toEqual([messages[0], late, ...messages.slice(1)]);
    });

    it('never hands out a job before one of an older epoch, whatever comes in which order', async () => {
      const circuits = ['PARITY_BASE', 'PUBLIC_VM', 'TX_MERGE_ROLLUP', 'ROOT_ROLLUP'] as const;
      const job = fc.record({ epoch: fc.integer({ min: 1, max: 4 }), circuit: fc.constantFrom(...circuits) });
      await fc.assert(
        fc.asyncProperty(fc.array(job, { maxLength: 12 }), async (jobs) => {
          for (const { epoch, circuit } of jobs) await queue.enqueue([of(epoch, circuit)]);
          const epochs = (await claimedAll()).map(({ jobId }) => parseEpochId(epochIdOf(jobId)).epoch);
          expect(epochs).toEqual(jobs.map(({ epoch }) => epoch).toSorted((a, b) => a - b));
        }),
        { numRuns: 20 },
      );
    });
  });
}
