import { describe, expect, it } from 'vitest';

import { makeRollupId } from '../../../../shared/proving-job/epoch-id.ts';
import { epochId } from '../../../fixtures/epoch-id.ts';
import { rollupForEachTest } from '../rollup-for-each-test.ts';
import { archiveOf, deployRollup, POLICY, type RollupOnAnvil } from '../rollup-on-anvil.ts';
import { type Anvil, ANVIL_CHAIN_ID } from '../start-anvil.ts';

/** Enough for each step: the reorg is seen, its checkpoints are waited for, the transaction is cancelled, the root is given up. */
const TICKS = 6;

describe('a root that was mined', () => {
  let anvil: Anvil;
  let bench: RollupOnAnvil;

  rollupForEachTest((deployed) => ({ anvil, bench } = deployed));

  const epochState = async (): Promise<string | undefined> => (await bench.engine.epochs.find(epochId(0)))?.state;

  async function tick(times = 1): Promise<void> {
    const submitter = bench.submitter();
    for (let left = times; left > 0; left -= 1) {
      bench.clock.nowMs += POLICY.reorgPatienceSeconds * 1000;
      await submitter.tick();
      await anvil.mine();
    }
  }

  /** Has the root of epoch 0 mined, and then removes its block and the last checkpoint. */
  async function loseMinedRoot(): Promise<void> {
    await bench.storeRoot(0, 1, 2);
    const submitter = bench.submitter();
    await submitter.tick();
    await anvil.mine();
    await submitter.tick();
    expect([(await bench.root()).state, await epochState()]).toEqual(['mined', 'proven']);
    await anvil.rpc('anvil_reorg', 1, []);
    await anvil.rpc('anvil_dropAllTransactions');
    await bench.call('setTips', 1n, 0n);
  }

  it('is submitted again when a reorg removes it, and so is its epoch, which may fail then', async () => {
    await loseMinedRoot();
    await tick();
    expect([(await bench.root()).state, await epochState()]).toEqual(['sent', 'submitting']);
    const epoch = await bench.engine.epochs.find(epochId(0));
    expect(epoch).not.toHaveProperty('closedAtMs');
    expect(epoch).not.toHaveProperty('transactionHash');
    await tick(TICKS);
    expect([(await bench.root()).state, await epochState()]).toEqual(['expired', 'failed']);
  });

  it('makes room for the root over other checkpoints once a reorg has removed it', async () => {
    await loseMinedRoot();
    const [old, rangeId] = [archiveOf(2), archiveOf(1)];
    expect(await bench.storeRoot(0, 1, 1)).toMatchObject({ state: 'mined', rangeId: old });
    await tick(TICKS);
    expect(await bench.storeRoot(0, 1, 1)).toMatchObject({ state: 'waiting', rangeId });
    await tick(2);
    expect(await bench.root()).toMatchObject({ state: 'mined', rangeId });
    expect(await bench.accepted()).toBe(1);
  });

  it('has its epoch proven again when the submitter was cut off after it had seen the reorg', async () => {
    await bench.storeRoot(0, 1, 2);
    await tick(2);
    const root = await bench.root();
    expect(root.state).toBe('mined');
    await bench.engine.epochs.reopen(root.epochId, root.rangeId, 'its transaction is gone');
    await tick();
    expect([(await bench.root()).state, await epochState()]).toEqual(['mined', 'proven']);
  });

  it('does not hold up the root of a new rollup over the same ledger whose epoch has the same number', async () => {
    await bench.storeRoot(0, 1, 2);
    await tick(2);
    expect(await bench.root()).toMatchObject({ state: 'mined', to: bench.rollup });

    const next = await deployRollup(anvil);
    await next.propose(0, 0);
    const id = epochId(0, makeRollupId(ANVIL_CHAIN_ID, next.rollup));
    const { rangeId, to, data, deadlineAtMs } = await next.storeRoot(0, 1, 2);
    const { epochs, outbox } = bench.engine;
    const range = { rangeId, firstCheckpoint: 1, lastCheckpoint: 2, deadlineAtMs };
    await epochs.open({ ...range, id, networkVersion: '4.1.2', shape: [] });
    await epochs.advance(id, rangeId, 'submitting');
    expect(await outbox.store({ ...range, epochId: id, to, data })).toMatchObject({
      state: 'waiting',
      to: next.rollup,
    });
    await tick(2);

    expect(await outbox.find(id)).toMatchObject({ state: 'mined', to: next.rollup });
    expect((await epochs.latest(2)).map((epoch) => [epoch.id, epoch.state])).toEqual([
      [id, 'proven'],
      [epochId(0), 'proven'],
    ]);
    expect(await next.accepted()).toBe(1);
    await next.close();
  });
});
