import { describe, expect, it } from 'vitest';

import { L1Rollup } from '../../../../containers/broker/l1/l1-rollup.ts';
import type { L1Node } from '../../../../shared/l1/l1-client.ts';

const ADDRESS = '0x603bb2c05d474794ea97805e8de69bccfb3bca12';
const GENESIS_SECONDS = 1_000;
const EPOCH_SECONDS = 32 * 72;
/** In epoch 4. */
const NOW_SECONDS = GENESIS_SECONDS + 4.5 * EPOCH_SECONDS;

interface Said {
  readonly pending?: bigint;
  readonly proven?: bigint;
  readonly atSeconds?: number;
  readonly genesisSeconds?: number;
  readonly slotSeconds?: number;
  readonly isSilent?: boolean;
  readonly balanceWei?: bigint;
}

/** An L1 node that says this of a rollup of two checkpoints an epoch. */
function aNode(host: string, said: Said = {}): L1Node {
  const { pending = 9n, proven = 5n, atSeconds = NOW_SECONDS } = said;
  const answers: Readonly<Record<string, unknown>> = {
    getGenesisTime: BigInt(said.genesisSeconds ?? GENESIS_SECONDS),
    getSlotDuration: BigInt(said.slotSeconds ?? 72),
    getEpochDuration: 32n,
    getProofSubmissionEpochs: 1n,
    getTips: [pending, proven],
  };
  const answer = <Value>(value: Value): Value => {
    if (said.isSilent === true) throw new Error('no answer');
    return value;
  };
  const client = {
    getBlock: async () => answer({ number: 100n, hash: '0x01', timestamp: BigInt(atSeconds), baseFeePerGas: 1n }),
    getBalance: async () => answer(said.balanceWei ?? 0n),
    readContract: async ({ functionName, args }: { functionName: string; args?: readonly bigint[] }) =>
      answer(functionName === 'getEpochForCheckpoint' ? (args?.[0] ?? 0n) / 2n : answers[functionName]),
  };
  return { host, client: client as unknown as L1Node['client'] };
}

function aRollup(...nodes: readonly L1Node[]): L1Rollup {
  return new L1Rollup({ nodes, nowMs: () => NOW_SECONDS * 1000 }, ADDRESS);
}

describe('L1Rollup', () => {
  it('reads the deadline of an epoch: the start of the one after the next', async () => {
    expect(await aRollup(aNode('own')).deadlineAtMs(5)).toBe((GENESIS_SECONDS + 7 * EPOCH_SECONDS) * 1000);
  });

  it.each<[Said, number | undefined]>([
    [{ pending: 9n, proven: 5n }, 3],
    [{ pending: 9n, proven: 6n }, 3],
    [{ pending: 9n, proven: 9n, atSeconds: GENESIS_SECONDS + 4.25 * EPOCH_SECONDS }, 4],
    [{ pending: 9n, proven: 9n, atSeconds: GENESIS_SECONDS + 5 * EPOCH_SECONDS }, 5],
    [{ pending: 3n, proven: 0n }, undefined],
  ])('with %o, has every epoch before %s proven', async (said, first) => {
    expect(await aRollup(aNode('own', said)).firstUnprovenEpoch()).toBe(first);
  });

  it.each([
    ['a first node', [aNode('lies', { pending: 900n, proven: 900n }), aNode('own')]],
    ['a second node', [aNode('own'), aNode('lies', { pending: 900n, proven: 900n })]],
  ])('has nothing proven on the word of %s alone', async (_which, nodes) => {
    expect(await aRollup(...nodes).firstUnprovenEpoch()).toBe(3);
  });

  it('has no epoch proven that has not begun, whatever its only node says', async () => {
    expect(await aRollup(aNode('lies', { pending: 900n, proven: 900n })).firstUnprovenEpoch()).toBe(4);
  });

  it('leaves out nodes that are silent or have stopped', async () => {
    const stopped = aNode('stopped', { proven: 2n, atSeconds: NOW_SECONDS - 3600 });
    expect(await aRollup(aNode('silent', { isSilent: true }), stopped, aNode('own')).firstUnprovenEpoch()).toBe(3);
  });

  it.each([
    ['long ago', { genesisSeconds: 1 }],
    ['impossible', { slotSeconds: 0 }],
  ])('takes no deadline from a first node whose clock is %s', async (_what, lie) => {
    const right = (GENESIS_SECONDS + 7 * EPOCH_SECONDS) * 1000;
    expect(await aRollup(aNode('lies', lie), aNode('own')).deadlineAtMs(5)).toBe(right);
    expect(await aRollup(aNode('lies', lie), aNode('own'), aNode('paid')).deadlineAtMs(5)).toBe(right);
  });

  it('asks again for a clock that less than half of the nodes have confirmed', async () => {
    const said = { genesisSeconds: 1 };
    const lies = aNode('lies', said);
    const silent = { isSilent: true };
    const rollup = aRollup(lies, aNode('own', silent), aNode('paid', silent));
    await rollup.deadlineAtMs(5);
    silent.isSilent = false;
    await expect.poll(() => rollup.deadlineAtMs(5)).toBe((GENESIS_SECONDS + 7 * EPOCH_SECONDS) * 1000);
  });

  it('has deadlines for new epochs while L1 is out of reach', async () => {
    const said = { isSilent: false };
    const rollup = aRollup(aNode('own', said), aNode('silent', { isSilent: true }));
    await rollup.deadlineAtMs(5);
    said.isSilent = true;
    expect(await rollup.deadlineAtMs(6)).toBe((GENESIS_SECONDS + 8 * EPOCH_SECONDS) * 1000);
  });

  describe('the oldest epoch that is complete and not proven', () => {
    const endOf = (epoch: number): number => (GENESIS_SECONDS + (epoch + 1) * EPOCH_SECONDS) * 1000;

    it.each<[Said, number | undefined]>([
      [{ pending: 9n, proven: 5n }, 3],
      [{ pending: 9n, proven: 6n }, 3],
      [{ pending: 9n, proven: 8n }, undefined],
      [{ pending: 9n, proven: 9n }, undefined],
      [{ pending: 3n, proven: 0n }, 0],
    ])('with %o is %s', async (said, epoch) => {
      const open = await aRollup(aNode('own', said)).firstOpenEpoch();
      const window = { endedAtMs: endOf(epoch ?? 0), deadlineAtMs: endOf((epoch ?? 0) + 1) };
      expect(open).toEqual(epoch === undefined ? undefined : { epoch, ...window });
    });

    it('is not one that some node has proven, nor what a stopped node says', async () => {
      const stopped = aNode('stopped', { proven: 2n, atSeconds: NOW_SECONDS - 3600 });
      expect(await aRollup(aNode('behind'), aNode('own', { proven: 9n })).firstOpenEpoch()).toBeUndefined();
      expect(await aRollup(stopped, aNode('own')).firstOpenEpoch()).toMatchObject({ epoch: 3 });
    });
  });

  it('reads the least balance of the accounts that submit', async () => {
    const nodes = [aNode('silent', { isSilent: true }), aNode('own', { balanceWei: 10n ** 17n })];
    const publishers = [ADDRESS, '0x00000000000000000000000000000000000000aa'] as const;
    expect(await new L1Rollup({ nodes, nowMs: Date.now, publishers }, ADDRESS).leastBalanceEth()).toBe(0.1);
    expect(await aRollup(...nodes).leastBalanceEth()).toBeUndefined();
  });

  it('fails when no node responds', async () => {
    await expect(aRollup(aNode('silent', { isSilent: true })).deadlineAtMs(5)).rejects.toThrow('no answer');
  });
});
