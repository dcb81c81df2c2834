import { BlockNumber, CheckpointNumber } from '@aztec/foundation/branded-types';
import { Fr } from '@aztec/foundation/curves/bn254';
import { Checkpoint } from '@aztec/stdlib/checkpoint';
import { EmptyL1RollupConstants } from '@aztec/stdlib/epoch-helpers';
import { mockTx } from '@aztec/stdlib/testing';
import type { Tx } from '@aztec/stdlib/tx';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';

import {
  type GrowingEpochDeps,
  readGrowingEpoch,
  reportGrowingEpoch,
} from '../../../containers/node/report-growing-epoch.ts';
import type { GrowingEpoch } from '../../../shared/agent-fleet/growing-epoch.ts';
import { ROLLUP, epochId } from '../../fixtures/epoch-id.ts';
import { EpochNumber } from '../../../shared/proving-job/epoch-id.ts';

const EPOCH = EpochNumber.parse(3);
/** Epochs of four slots of ten seconds, each with one more to be proven in. */
const CONSTANTS = {
  ...EmptyL1RollupConstants,
  l1GenesisTime: 1_000n,
  slotDuration: 10,
  epochDuration: 4,
  ethereumSlotDuration: 5,
  proofSubmissionEpochs: 1,
};

describe('the growing epoch', () => {
  let checkpoints: Checkpoint[];
  let here: Tx[];
  let unproven: readonly EpochNumber[];
  let isComplete: boolean;
  const deps: GrowingEpochDeps = {
    rollupId: ROLLUP,
    chain: { unprovenEpochs: async () => unproven, isComplete: async () => isComplete },
    archiver: {
      getCheckpointsForEpoch: async (epoch) => (epoch === Number(EPOCH) ? checkpoints : []),
      getL1ToL2Messages: async (number) => Array.from({ length: number }, () => Fr.ONE),
      getL1Constants: async () => CONSTANTS,
    },
    txProvider: {
      getAvailableTxs: async (hashes) => ({
        txs: here.filter((tx) => hashes.some((hash) => hash.equals(tx.getTxHash()))),
        missingTxs: [],
      }),
    },
    networkVersion: '4.1.2',
  };

  beforeEach(async () => {
    checkpoints = [
      await Checkpoint.random(CheckpointNumber(7), { numBlocks: 2, startBlockNumber: BlockNumber(20), txsPerBlock: 2 }),
    ];
    here = [];
    unproven = [EpochNumber.parse(2), EPOCH];
    isComplete = false;
  });

  it('is reported with its shape so far, its end, and its deadline', async () => {
    const [privateTx, publicTx] = await Promise.all([
      mockTx(1, { numberOfNonRevertiblePublicCallRequests: 0, numberOfRevertiblePublicCallRequests: 0 }),
      mockTx(2),
    ]);
    here = [privateTx, publicTx];
    const effects = checkpoints[0]!.blocks[1]!.body.txEffects;
    effects[0]!.txHash = privateTx.getTxHash();
    effects[1]!.txHash = publicTx.getTxHash();

    expect(await readGrowingEpoch(deps)).toEqual({
      id: epochId(3),
      networkVersion: '4.1.2',
      shape: [
        {
          // What is not here may need more proofs than what is: it is taken to be public.
          blocks: [
            { publicTxs: 2, privateTxs: 0 },
            { publicTxs: 1, privateTxs: 1 },
          ],
          l1ToL2Messages: 7,
        },
      ],
      endsAtMs: 1_160_000,
      deadlineAtMs: 1_200_000,
    });
  });

  it('is undefined when all are proven, when the newest is complete, and when a reorg removed it', async () => {
    isComplete = true;
    expect(await readGrowingEpoch(deps)).toBeUndefined();
    isComplete = false;
    checkpoints = [];
    expect(await readGrowingEpoch(deps)).toBeUndefined();
    unproven = [];
    expect(await readGrowingEpoch(deps)).toBeUndefined();
  });

  it('is reported again after a report that failed', async () => {
    const reported: GrowingEpoch[] = [];
    const end = new AbortController();
    const growing = {
      report: async (epoch: GrowingEpoch) => {
        reported.push(epoch);
        end.abort();
        return Promise.reject(new Error('throttled'));
      },
      latest: async () => undefined,
    };
    await reportGrowingEpoch({ ...deps, growing, log: pino({ level: 'silent' }) }, end.signal);
    expect(reported).toMatchObject([{ id: epochId(3) }]);
  });
});
