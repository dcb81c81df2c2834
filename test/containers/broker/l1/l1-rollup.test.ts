import { describe, expect, it } from 'vitest';

import { L1Rollup, rollupOfRegistry } from '../../../../containers/broker/l1/l1-rollup.ts';

type Client = ConstructorParameters<typeof L1Rollup>[0];
const ADDRESS = '0x603bb2c05d474794ea97805e8de69bccfb3bca12';

/** A rollup of two checkpoints an epoch. */
function aClient(tips: { pending: bigint; proven: bigint; currentEpoch?: bigint }): Client {
  const answers: Readonly<Record<string, unknown>> = {
    getCanonicalRollup: ADDRESS,
    getGenesisTime: 1_000n,
    getSlotDuration: 72n,
    getEpochDuration: 32n,
    getProofSubmissionEpochs: 1n,
    getTips: [tips.pending, tips.proven],
    getCurrentEpoch: tips.currentEpoch ?? 3n,
  };
  return {
    readContract: async ({ functionName, args }: { functionName: string; args?: readonly bigint[] }) =>
      functionName === 'getEpochForCheckpoint' ? (args?.[0] ?? 0n) / 2n : answers[functionName],
  } as unknown as Client;
}

describe('L1Rollup', () => {
  it('reads the deadline of an epoch: the start of the one after the next', async () => {
    const rollup = new L1Rollup(aClient({ pending: 0n, proven: 0n }), ADDRESS);
    expect(await rollup.deadlineAtMs(5)).toBe((1_000 + 7 * 32 * 72) * 1000);
  });

  it.each([
    [{ pending: 9n, proven: 5n }, 3],
    [{ pending: 9n, proven: 6n }, 3],
    [{ pending: 7n, proven: 7n }, 3],
    [{ pending: 7n, proven: 7n, currentEpoch: 4n }, 4],
    [{ pending: 3n, proven: 0n }, undefined],
  ])('with %o, has every epoch before %s proven', async (tips, first) => {
    expect(await new L1Rollup(aClient(tips), ADDRESS).firstUnprovenEpoch()).toBe(first);
  });

  it('is the one that the registry names', async () => {
    expect(await rollupOfRegistry(aClient({ pending: 0n, proven: 0n }), ADDRESS, 'canonical')).toBe(ADDRESS);
  });
});
