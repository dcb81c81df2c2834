import { describe, expect, it } from 'vitest';

import { closeProvenEpochs } from '../../../../containers/broker/l1/close-proven-epochs.ts';
import { L1Rollup, rollupOfRegistry } from '../../../../containers/broker/l1/l1-rollup.ts';
import { STREAMED_RANGE } from '../../../../containers/broker/streamed-epochs.ts';
import { EpochNumber, makeEpochId, makeLineId } from '../../../../shared/proving-job/epoch-id.ts';
import { createLogger } from '../../../../shared/telemetry/logger.ts';
import { openEmbeddedHarness } from '../../../contract/embedded-harness.ts';

type Client = ConstructorParameters<typeof L1Rollup>[0];
const ADDRESS = '0x603bb2c05d474794ea97805e8de69bccfb3bca12';

/** A rollup of two checkpoints an epoch. */
function aClient(tips: { pending: bigint; proven: bigint }): Client {
  const answers: Readonly<Record<string, unknown>> = {
    getCanonicalRollup: ADDRESS,
    getGenesisTime: 1_000n,
    getSlotDuration: 72n,
    getEpochDuration: 32n,
    getProofSubmissionEpochs: 1n,
    getTips: [tips.pending, tips.proven],
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
    [{ pending: 3n, proven: 0n }, undefined],
  ])('with %o, has every epoch before %s proven', async (tips, first) => {
    expect(await new L1Rollup(aClient(tips), ADDRESS).firstUnprovenEpoch()).toBe(first);
  });

  it('is the one that the registry names', async () => {
    expect(await rollupOfRegistry(aClient({ pending: 0n, proven: 0n }), ADDRESS, 'canonical')).toBe(ADDRESS);
  });
});

describe('closeProvenEpochs', () => {
  it('closes the streamed epochs of its rollup that L1 has proven, and no others', async () => {
    const harness = await openEmbeddedHarness();
    const { epochs } = harness.engine;
    const [own, other] = [makeLineId('6.0.0'), makeLineId('5.2.0')];
    const open = async (rollup: typeof own, epoch: number, rangeId = STREAMED_RANGE): Promise<void> => {
      const id = makeEpochId(rollup, EpochNumber.parse(epoch));
      const deadlineAtMs = harness.nowMs() + 3_600_000;
      await epochs.open({ id, rangeId, networkVersion: '6.0.0', shape: [], deadlineAtMs });
    };
    for (const epoch of [3, 4, 5]) await open(own, epoch);
    await open(other, 3);
    const log = createLogger('broker', { logLevel: 'silent' });
    const l1 = { firstUnprovenEpoch: async () => 5 };
    await closeProvenEpochs({ engine: harness.engine, l1, rollup: own, nowMs: () => harness.nowMs(), log });
    const states = (await epochs.latest(10)).map(({ id, state }) => [id, state]);
    expect(Object.fromEntries(states)).toEqual({
      'line-6.0.0:3': 'proven',
      'line-6.0.0:4': 'proven',
      'line-6.0.0:5': 'proving',
      'line-5.2.0:3': 'proving',
    });
    await harness.close();
  });
});
