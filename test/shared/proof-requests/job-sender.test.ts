import { expect, it } from 'vitest';

import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { JobSender } from '../../../shared/proof-requests/job-sender.ts';

function aJob(id: string): JobRecord {
  return { id, circuit: 'PARITY_BASE', pool: 'medium', lane: 'normal' } as unknown as JobRecord;
}

it('sends one batch at a time: jobs that come meanwhile share the next, also when the one before fails', async () => {
  const batches: { readonly ids: readonly string[]; readonly result: PromiseWithResolvers<undefined> }[] = [];
  const sender = new JobSender({
    queue: {
      enqueue: (messages) => {
        const result = Promise.withResolvers<undefined>();
        batches.push({ ids: messages.map(({ jobId }) => jobId), result });
        return result.promise;
      },
    },
    jobs: { markEnqueued: () => Promise.resolve() },
  });
  const first = [sender.send(aJob('1')), sender.send(aJob('2'))];
  await expect.poll(() => batches.map(({ ids }) => ids)).toEqual([['1', '2']]);
  const later: Promise<void>[] = [];
  for (const id of ['3', '4', '5']) {
    later.push(sender.send(aJob(id)));
    await new Promise(setImmediate);
  }
  expect(batches).toHaveLength(1);
  batches[0]!.result.reject(new Error('the queue is out of reach'));
  for (const { status } of await Promise.allSettled(first)) expect(status).toBe('rejected');
  await expect
    .poll(() => batches.map(({ ids }) => ids))
    .toEqual([
      ['1', '2'],
      ['3', '4', '5'],
    ]);
  batches[1]!.result.resolve(undefined);
  await Promise.all(later);
});
