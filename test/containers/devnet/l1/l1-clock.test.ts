import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { L1Clock } from '../../../../containers/devnet/l1/l1-clock.ts';
import { type Anvil, startAnvil } from '../../../shared/l1/start-anvil.ts';

const INTERVAL_SECONDS = 1;
const LAST_MS_BEFORE_BLOCK = INTERVAL_SECONDS * 1000 - 1;

describe('L1Clock', () => {
  let anvil: Anvil;
  let clock: L1Clock;
  /** Of the last block, in seconds since 1970. */
  let blockSeconds = 4_000_000_000;

  const mineAfter = async (seconds: number): Promise<void> => {
    blockSeconds += seconds;
    await anvil.rpc('evm_setNextBlockTimestamp', blockSeconds);
    await anvil.mine();
  };
  const miningInterval = () => anvil.rpc('anvil_getIntervalMining');

  beforeAll(async () => {
    anvil = await startAnvil();
  });

  afterAll(() => anvil.stop());

  beforeEach(async () => {
    await mineAfter(1000);
    clock = await L1Clock.follow(anvil.url, INTERVAL_SECONDS);
  });

  afterEach(async () => {
    clock.stop();
    await anvil.rpc('evm_setIntervalMining', 0);
  });

  it('stands still just before the next block until there is one, and goes on from its time', async () => {
    await expect.poll(() => clock.now()).toBe(blockSeconds * 1000 + LAST_MS_BEFORE_BLOCK);

    await mineAfter(500);

    await clock.sleepUntil(blockSeconds * 1000);
    await expect.poll(() => clock.now()).toBe(blockSeconds * 1000 + LAST_MS_BEFORE_BLOCK);
  });

  it('stops L1 when its time comes, until the work is done', async () => {
    await anvil.rpc('evm_setIntervalMining', INTERVAL_SECONDS);

    const result = await clock.holdAt(clock.now(), async () => {
      await expect.poll(miningInterval).toBeNull();
      return 'done';
    });

    expect(result).toBe('done');
    expect(await miningInterval()).toBe(INTERVAL_SECONDS);
  });

  it('lets L1 go on after work that failed', async () => {
    const failing = clock.holdAt(clock.now(), async () => {
      await expect.poll(miningInterval).toBeNull();
      throw new Error('the wallet broke');
    });

    await expect(failing).rejects.toThrow('the wallet broke');
    await expect.poll(miningInterval).toBe(INTERVAL_SECONDS);
  });

  it('does not stop L1 for work that is done before its time', async () => {
    await anvil.rpc('evm_setIntervalMining', INTERVAL_SECONDS);

    await clock.holdAt((blockSeconds + 1_000_000) * 1000, () => Promise.resolve());

    expect(await miningInterval()).toBe(INTERVAL_SECONDS);
  });
});
