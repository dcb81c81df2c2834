import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { DynamoSettlementFeed } from '../../../../../shared/engine/aws/dynamo-stream/dynamo-settlement-feed.ts';
import type { StreamRecord } from '../../../../../shared/engine/aws/dynamo-stream/dynamo-stream.ts';
import { jobKey } from '../../../../../shared/engine/aws/dynamo/dynamo-table.ts';
import type { ProvingJobId } from '../../../../../shared/proving-job/proving-job-id.ts';
import { aNewJob } from '../../../../contract/a-new-job.ts';
import { FakeTableStream } from './fake-table-stream.ts';

const SECOND = 1000;
const MINUTE = 60_000;

/** On a fake, because an emulator's stream has one shard for ever and iterators that never expire. */
describe('DynamoSettlementFeed on a stream that moves', () => {
  let stream: FakeTableStream;
  let feed: DynamoSettlementFeed;
  let heard: string[];
  let troubles: unknown[];
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_800_000_000_700 });
    stream = new FakeTableStream();
    stream.addShard('a');
    troubles = [];
    heard = [];
    feed = new DynamoSettlementFeed(stream, (error) => troubles.push(error));
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function subscribe(): () => void {
    return feed.subscribe(({ jobId }) => heard.push(jobId));
  }

  /** Writes a settlement to the shard, and returns its job. */
  function settle(shard: string, createdAtMs?: number): ProvingJobId {
    const { id } = aNewJob();
    stream.write(shard, settled(id), createdAtMs);
    return id;
  }

  /** Requests in the next second, after another `ms` have passed. */
  async function requestsAfter(ms: number): Promise<string[]> {
    await vi.advanceTimersByTimeAsync(ms);
    stream.calls = [];
    await vi.advanceTimersByTimeAsync(SECOND);
    return stream.calls;
  }

  it('reports settlements from before it has found the shards and its place in them', async () => {
    stream.before = () => new Promise((resolve) => setTimeout(resolve, 700));
    subscribe();
    const settlements = [settle('a')];
    await vi.advanceTimersByTimeAsync(900);
    settlements.push(settle('a'));
    await vi.advanceTimersByTimeAsync(900);
    settlements.push(settle('a'));
    await vi.advanceTimersByTimeAsync(10 * SECOND);
    expect(new Set(heard)).toEqual(new Set(settlements));
    expect(heard).toHaveLength(3);
  });

  it('does not report settlements from long before', async () => {
    settle('a', Date.now() - MINUTE);
    subscribe();
    const after = settle('a');
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(heard).toEqual([after]);
  });

  it('reports settlements by a clock that is some seconds behind ours', async () => {
    subscribe();
    const jobId = settle('a', Date.now() - 5 * SECOND);
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(heard).toEqual([jobId]);
  });

  it('reports news at once, however long the history of a shard is', async () => {
    stream = new FakeTableStream(10);
    feed = new DynamoSettlementFeed(stream);
    stream.addShard('a');
    for (let count = 0; count < 5000; count += 1)
      stream.write('a', { newImage: {}, oldImage: {} }, Date.now() - MINUTE);
    subscribe();
    const early = settle('a');
    await vi.advanceTimersByTimeAsync(SECOND);
    const news = settle('a');
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(heard).toEqual([news]);
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    expect(heard).toEqual([news, early]);
  });

  it('reads a shard four times a second, and its history once', async () => {
    for (let count = 0; count < 20; count += 1) settle('a', Date.now() - MINUTE);
    subscribe();
    expect((await requestsAfter(5 * SECOND)).toSorted()).toEqual([
      'records a latest',
      'records a latest',
      'records a oldest',
      'records a oldest',
    ]);
    expect(await requestsAfter(MINUTE)).toEqual(Array.from({ length: 4 }, () => 'records a latest'));
  });

  it('reads the history only up to the first news', async () => {
    subscribe();
    await vi.advanceTimersByTimeAsync(SECOND);
    settle('a');
    expect(await requestsAfter(SECOND)).toEqual(Array.from({ length: 4 }, () => 'records a latest'));
    expect(heard).toHaveLength(1);
  });

  it('goes on in the shards that a shard was split into, from their beginning', async () => {
    subscribe();
    const before = settle('a');
    await vi.advanceTimersByTimeAsync(SECOND);
    const last = settle('a');
    stream.closeShard('a');
    // A new shard has records before it is listed.
    stream.addShard('b', { parentId: 'a', isListed: false });
    stream.addShard('c', { parentId: 'a', isListed: false });
    const children = [settle('b'), settle('c')];
    await vi.advanceTimersByTimeAsync(3 * SECOND);
    expect(heard).toEqual([before, last]);
    stream.list('b');
    stream.list('c');
    await vi.advanceTimersByTimeAsync(2 * SECOND);
    expect(heard.slice(2).toSorted()).toEqual(children.toSorted());
    expect((await requestsAfter(5 * SECOND)).toSorted()).toEqual([
      ...Array.from({ length: 4 }, () => 'records b oldest'),
      ...Array.from({ length: 4 }, () => 'records c oldest'),
    ]);
    settle('c');
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(heard).toHaveLength(5);
  });

  it('finds a shard without a known parent within half a minute', async () => {
    subscribe();
    await vi.advanceTimersByTimeAsync(SECOND);
    stream.addShard('new');
    const jobId = settle('new');
    await vi.advanceTimersByTimeAsync(30 * SECOND);
    expect(heard).toEqual([jobId]);
  });

  it('lists shards every 20 seconds, and for a while every second after a shard has ended', async () => {
    subscribe();
    stream.addShard('b');
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(stream.calls.filter((call) => call === 'shards').length).toBeLessThanOrEqual(4);
    stream.closeShard('a');
    expect((await requestsAfter(10 * SECOND)).filter((call) => call === 'shards')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    stream.calls = [];
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(stream.calls.filter((call) => call === 'shards').length).toBeLessThanOrEqual(4);
  });

  it('does not read shards that were closed before the first subscription', async () => {
    settle('a');
    stream.closeShard('a');
    stream.addShard('b', { parentId: 'a' });
    subscribe();
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(stream.calls).not.toContain('iterator a');
    expect(heard).toEqual([]);
  });

  it('resumes when its iterators expire, and misses nothing of that time', async () => {
    subscribe();
    const jobIds = [settle('a')];
    await vi.advanceTimersByTimeAsync(MINUTE);
    jobIds.push(settle('a'));
    await vi.advanceTimersByTimeAsync(SECOND);
    stream.expireIterators();
    jobIds.push(settle('a'));
    await vi.advanceTimersByTimeAsync(2 * SECOND);
    expect(heard).toEqual(jobIds);
  });

  it('misses nothing when its iterators expire before it has read a record', async () => {
    settle('a', Date.now() - MINUTE);
    subscribe();
    await vi.advanceTimersByTimeAsync(MINUTE);
    stream.expireIterators();
    const jobId = settle('a');
    await vi.advanceTimersByTimeAsync(2 * SECOND);
    expect(heard).toEqual([jobId]);
  });

  it('continues with the remaining records when others are trimmed before it has read them', async () => {
    subscribe();
    const first = settle('a');
    await vi.advanceTimersByTimeAsync(MINUTE);
    stream.before = () => Promise.reject(new Error('no network'));
    settle('a');
    stream.trim('a');
    const left = settle('a');
    await vi.advanceTimersByTimeAsync(MINUTE);
    stream.before = () => undefined;
    await vi.advanceTimersByTimeAsync(30 * SECOND);
    expect(heard).toEqual([first, left]);
  });

  it('drops a shard that no longer exists', async () => {
    subscribe();
    await vi.advanceTimersByTimeAsync(MINUTE);
    stream.removeShard('a');
    stream.addShard('b');
    await vi.advanceTimersByTimeAsync(2 * SECOND);
    stream.calls = [];
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(stream.calls).not.toContain('records a latest');
    const jobId = settle('b');
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(heard).toEqual([jobId]);
  });

  it.each(['shards', 'iterator a', 'records a latest'])(
    'asks more seldom while %s fails, and says so once',
    async (which) => {
      const failure = new Error('rate exceeded');
      stream.before = (call) => (call === which ? Promise.reject(failure) : undefined);
      subscribe();
      const jobId = settle('a');
      await vi.advanceTimersByTimeAsync(MINUTE);
      expect(troubles).toEqual([failure]);
      const failed = stream.calls.filter((call) => call === which);
      expect(failed.length).toBeGreaterThan(5);
      expect(failed.length).toBeLessThan(30);
      stream.before = () => undefined;
      await vi.advanceTimersByTimeAsync(15 * SECOND);
      expect(heard).toEqual([jobId]);
      expect((await requestsAfter(MINUTE)).filter((call) => call === 'records a latest')).toHaveLength(4);
    },
  );

  it('reports a new row of failures again', async () => {
    subscribe();
    for (const failure of [new Error('rate exceeded'), new Error('no network')]) {
      await vi.advanceTimersByTimeAsync(MINUTE);
      stream.before = (call) => (call.startsWith('records') ? Promise.reject(failure) : undefined);
      await vi.advanceTimersByTimeAsync(MINUTE);
      stream.before = () => undefined;
      expect(troubles.splice(0)).toEqual([failure]);
    }
  });

  it('has one request under way for a shard, however slow it is', async () => {
    subscribe();
    await vi.advanceTimersByTimeAsync(MINUTE);
    stream.before = () => new Promise((resolve) => setTimeout(resolve, 900));
    expect((await requestsAfter(SECOND)).filter((call) => call.startsWith('records')).length).toBeLessThanOrEqual(2);
  });

  it('reads the stream once for all its subscribers, and not at all when the last has left', async () => {
    const leaves = [subscribe(), subscribe(), subscribe()];
    expect(await requestsAfter(MINUTE)).toHaveLength(4);
    settle('a');
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(heard).toHaveLength(3);
    leaves.pop()?.();
    settle('a');
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(heard.splice(3)).toHaveLength(2);
    for (const leave of leaves) leave();
    expect(await requestsAfter(0)).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    const missed = settle('a', Date.now());
    await vi.advanceTimersByTimeAsync(MINUTE);
    subscribe();
    const jobId = settle('a');
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(heard.slice(3)).toEqual([jobId]);
    expect(heard).not.toContain(missed);
  });

  it('does not notify a subscriber that has left of records still being read', async () => {
    const leave = subscribe();
    await vi.advanceTimersByTimeAsync(MINUTE);
    stream.before = () => new Promise((resolve) => setTimeout(resolve, SECOND));
    settle('a');
    await vi.advanceTimersByTimeAsync(500);
    leave();
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(heard).toEqual([]);
  });

  it('does not notify a new subscriber of records that were being read for one that has left', async () => {
    const leave = subscribe();
    await vi.advanceTimersByTimeAsync(MINUTE);
    stream.before = () => new Promise((resolve) => setTimeout(resolve, 20 * SECOND));
    settle('a');
    await vi.advanceTimersByTimeAsync(15 * SECOND);
    leave();
    stream.before = () => undefined;
    subscribe();
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(heard).toEqual([]);
  });

  it('notifies one subscriber although another failed', async () => {
    const mistake = new Error('a mistake');
    feed.subscribe(() => {
      throw mistake;
    });
    subscribe();
    const jobIds = [settle('a'), settle('a')];
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(heard).toEqual(jobIds);
    expect(troubles).toEqual([mistake, mistake]);
  });

  it('does not keep the process alive', () => {
    vi.useRealTimers();
    const timers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const leave = subscribe();
    expect(timers()).toBe(before);
    leave();
  });

  it.each<[string, Pick<StreamRecord, 'oldImage' | 'newImage'>]>([
    ['a job that is queued', change('leased', 'queued')],
    ['a settled job that was only touched', change('proven', 'proven')],
    ['a job that expired', { ...change('proven', 'proven'), newImage: undefined }],
    ['another item that was cancelled', change('queued', 'cancelled', 'ROOT#5')],
    ['an item that is called after a job', change('queued', 'cancelled', `WAS#${aNewJob().id}`)],
    ['a job with an invalid id', change('leased', 'proven', 'JOB#7')],
    ['a job whose epoch is not a number', change('leased', 'proven', `JOB#${'9'.repeat(30)}:X:${'a'.repeat(64)}`)],
    ['an item without a sort key', { oldImage: undefined, newImage: { state: { S: 'proven' } } }],
  ])('does not report %s', async (_what, record) => {
    subscribe();
    stream.write('a', record);
    const jobId = settle('a');
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(heard).toEqual([jobId]);
    expect(troubles).toEqual([]);
  });
});

function settled(jobId: ProvingJobId): Pick<StreamRecord, 'oldImage' | 'newImage'> {
  return change('leased', 'proven', jobKey(jobId).sk);
}

function change(from: string, to: string, sk = jobKey(aNewJob().id).sk): Pick<StreamRecord, 'oldImage' | 'newImage'> {
  const key = { pk: { S: 'EPOCH#1#1' }, sk: { S: sk } };
  return { oldImage: { ...key, state: { S: from } }, newImage: { ...key, state: { S: to } } };
}
