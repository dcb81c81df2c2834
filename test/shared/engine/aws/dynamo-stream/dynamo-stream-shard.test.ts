import { describe, expect, it } from 'vitest';

import { FollowedShard } from '../../../../../shared/engine/aws/dynamo-stream/dynamo-stream-shard.ts';
import { SeededRandom } from '../../../merge-tree/seeded-random.ts';
import { FakeTableStream } from './fake-table-stream.ts';

/** More than the empty reads in a row that end the reading back. */
const READS_TO_QUIET = 150;
/** Reads after which reading back ends in any case. */
const MOST_READS_BACK = 1200;

describe('FollowedShard', () => {
  it('reports each record once, whether the news or the reading back is ahead', async () => {
    const stream = new FakeTableStream();
    stream.addShard('a');
    const shard = new FollowedShard(stream, 'a', false);
    const reported: unknown[] = [];
    for (let record = 0; record < 6; record++) {
      stream.write('a', { oldImage: undefined, newImage: { sk: { S: `record ${record}` } } });
      reported.push(...(await shard.read()).map(({ newImage }) => newImage?.['sk']?.S));
    }
    reported.push(...(await shard.read()).map(({ newImage }) => newImage?.['sk']?.S));
    expect(reported.toSorted()).toEqual(Array.from({ length: 6 }, (_, record) => `record ${record}`));
  });

  it('gives up reading back a history that has no end in sight, and reads news alone from then on', async () => {
    const stream = new FakeTableStream(1);
    stream.addShard('a');
    for (let count = 0; count < 5000; count += 1) stream.write('a', { oldImage: undefined, newImage: {} });
    const shard = new FollowedShard(stream, 'a', false);
    for (let count = 0; count < 2 * MOST_READS_BACK; count += 1) await shard.read();
    expect(stream.calls.filter((call) => call === 'records a oldest')).toHaveLength(MOST_READS_BACK);
    stream.calls = [];
    for (let count = 0; count < 4; count += 1) await shard.read();
    expect(stream.calls).toEqual(Array.from({ length: 4 }, () => 'records a latest'));
  });

  it.each(Array.from({ length: 300 }, (_, seed) => seed))(
    'reports each record once, whatever the history, the pages, the pace, the end and the expiries (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      const stream = new FakeTableStream(random.between(1, 5));
      stream.addShard('a');
      const shard = new FollowedShard(stream, 'a', false);
      const written: string[] = [];
      const reported: unknown[] = [];
      const write = (): void => {
        written.push(`record ${written.length}`);
        stream.write('a', { oldImage: undefined, newImage: { sk: { S: written.at(-1)! } } });
      };
      const read = async (): Promise<void> => {
        reported.push(...(await shard.read()).map(({ newImage }) => newImage?.['sk']?.S));
      };
      for (let count = random.below(20); count > 0; count -= 1) write();
      const busyness = random.between(1, 4);
      for (let step = random.between(5, 60); step > 0; step -= 1) {
        for (let count = random.below(busyness); count > 0; count -= 1) write();
        if (random.below(15) === 0) stream.expireIterators();
        await read();
      }
      const isClosed = random.below(2) === 0;
      if (isClosed) stream.closeShard('a');
      for (let count = 0; count < READS_TO_QUIET + 2 * written.length && !shard.isDone; count += 1) await read();
      expect(reported.toSorted()).toEqual(written.toSorted());
      expect(shard.isDone).toBe(isClosed);
    },
  );
});
