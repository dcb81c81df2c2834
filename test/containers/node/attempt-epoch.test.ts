import { BlockNumber, CheckpointNumber } from '@aztec/foundation/branded-types';
import { Fr } from '@aztec/foundation/curves/bn254';
import { EthAddress } from '@aztec/foundation/eth-address';
import { TxHash } from '@aztec/stdlib/tx';
import { Checkpoint } from '@aztec/stdlib/checkpoint';
import { EmptyL1RollupConstants } from '@aztec/stdlib/epoch-helpers';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { retryEpoch } from '../../../containers/cli/repair/retry-jobs.ts';
import { attemptEpoch, type AttemptEpochDeps } from '../../../containers/node/attempt-epoch.ts';
import { TransactionsMissingError } from '../../../containers/node/epoch-data.ts';
import type { Subsystems } from '../../../containers/node/subsystems.ts';
import { AgentId, type NewJob, RangeId } from '../../../shared/ledger/job-ledger.ts';
import { AztecFileStores } from '../../../shared/proof-store/aztec-file-stores.ts';
import { requestTurns } from '../../../shared/proof-requests/proof-requests.ts';
import { aNewJob } from '../../contract/a-new-job.ts';
import { aNewEpoch } from '../../contract/epoch-ledger.contract.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { epochId, ROLLUP } from '../../fixtures/epoch-id.ts';
import { EpochNumber, epochIdWithoutRollup } from '../../../shared/proving-job/epoch-id.ts';

const EPOCH = EpochNumber.parse(3);
const EPOCH_ID = epochId(3);

describe('an attempt at an epoch whose inputs are not all there', () => {
  let harness: EmbeddedHarness;
  let rangeId: RangeId;
  let getTxsForBlock: () => Promise<{ txs: never[]; missingTxs: TxHash[] }>;
  let deps: AttemptEpochDeps;

  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    const checkpoint = await Checkpoint.random(CheckpointNumber(7), {
      numBlocks: 1,
      startBlockNumber: BlockNumber(20),
      txsPerBlock: 2,
    });
    rangeId = RangeId.parse(checkpoint.archive.root.toString());
    getTxsForBlock = async () => ({ txs: [], missingTxs: [TxHash.random()] });
    const constants = {
      ...EmptyL1RollupConstants,
      l1GenesisTime: BigInt(harness.nowMs()) / 1000n,
      slotDuration: 72,
      epochDuration: 32,
      proofSubmissionEpochs: 1,
    };
    const subsystems = {
      config: { ethereumSlotDuration: 0.02 },
      archiver: {
        getCheckpointsForEpoch: async () => [checkpoint],
        getL1Constants: async () => constants,
        getL1ToL2Messages: async () => [Fr.ONE],
      },
      txProvider: { getTxsForBlock: () => getTxsForBlock() },
    } as unknown as Subsystems;
    deps = {
      engine: harness.engine,
      subsystems,
      chain: {
        provenCheckpoint: async () => 6,
        unprovenEpochs: async () => [EPOCH],
        isComplete: async () => true,
        rangeOf: async () => rangeId,
        deadlineAtMs: async () => harness.nowMs() + 3_600_000,
      },
      rollup: ROLLUP,
      proverId: EthAddress.ZERO,
      networkVersion: '4.1.2',
      reconcileMs: 1000,
      txGatheringTimeoutMs: 1000,
      enqueueConcurrency: 1,
      requestTurns: requestTurns(),
      parallelCheckpoints: 1,
      officialStores: new AztecFileStores(),
      nowMs: () => harness.nowMs(),
      windowNowMs: () => harness.nowMs(),
      log: pino({ level: 'silent' }),
    };
  });
  afterEach(() => harness.close());

  it('is in the ledger as failed, with an incident, and can be retried', async () => {
    const { engine } = harness;
    await expect(attemptEpoch(EPOCH, deps, new AbortController().signal)).rejects.toThrow(TransactionsMissingError);
    expect(await engine.epochs.find(EPOCH_ID)).toMatchObject({
      rangeId,
      firstCheckpoint: 7,
      lastCheckpoint: 7,
      state: 'failed',
      attempt: 1,
      reason: expect.stringContaining('1 transactions of epoch 3 were not found') as string,
    });
    expect(await engine.incidents.latest(1)).toMatchObject([{ kind: 'epoch-failed', subject: `epoch ${EPOCH_ID}` }]);
    expect(await retryEpoch(engine, EPOCH_ID, harness.nowMs())).toMatchObject({ isResumed: true });
  });

  it('is open to the scaler while they are gathered, and counts every transaction as public', async () => {
    const gathering = Promise.withResolvers<undefined>();
    const end = new AbortController();
    getTxsForBlock = async () => {
      gathering.resolve(undefined);
      return await new Promise(() => undefined);
    };
    const attempt = attemptEpoch(EPOCH, deps, end.signal);
    await gathering.promise;
    expect(await harness.engine.epochs.find(EPOCH_ID)).toMatchObject({
      state: 'proving',
      shape: [{ blocks: [{ publicTxs: 2, privateTxs: 0 }] }],
    });
    end.abort();
    await attempt;
  });

  it('ends at once when the node ends, and leaves the epoch open', async () => {
    const end = new AbortController();
    getTxsForBlock = async () => {
      end.abort();
      return await new Promise(() => undefined);
    };
    expect(await attemptEpoch(EPOCH, deps, end.signal)).toBe('shutdown');
    expect(await harness.engine.epochs.find(EPOCH_ID)).toMatchObject({ state: 'proving', attempt: 1 });
  });

  describe('that an earlier version opened under its number alone', () => {
    const numbered = epochIdWithoutRollup(EPOCH);
    async function openNumbered(deadlineAtMs: number): Promise<void> {
      const { id: _id, ...epoch } = aNewEpoch();
      await harness.engine.epochs.open({ ...epoch, id: numbered, rangeId, deadlineAtMs });
    }

    it('keeps that id, and with it the proofs of its jobs', async () => {
      await openNumbered(await deps.chain.deadlineAtMs(EPOCH));
      await expect(attemptEpoch(EPOCH, deps, new AbortController().signal)).rejects.toThrow(TransactionsMissingError);
      expect(await harness.engine.epochs.find(numbered)).toMatchObject({ state: 'failed', attempt: 2 });
      expect(await harness.engine.epochs.find(EPOCH_ID)).toBeUndefined();
    });

    it('is left alone when it is of another rollup, whose window closes at another time', async () => {
      await openNumbered((await deps.chain.deadlineAtMs(EPOCH)) - 1);
      await expect(attemptEpoch(EPOCH, deps, new AbortController().signal)).rejects.toThrow(TransactionsMissingError);
      expect(await harness.engine.epochs.find(numbered)).toMatchObject({ state: 'proving', attempt: 1 });
      expect(await harness.engine.epochs.find(EPOCH_ID)).toMatchObject({ state: 'failed', attempt: 1 });
    });
  });

  describe('over other checkpoints than before', () => {
    const oldRange = RangeId.parse('0xold');
    let job: NewJob;
    beforeEach(async () => {
      await harness.engine.epochs.open({ ...aNewEpoch(EPOCH), rangeId: oldRange });
      job = aNewJob('PARITY_BASE', { epochId: EPOCH_ID, rangeId: oldRange });
      await harness.engine.jobs.record(job);
      await harness.engine.jobs.claim(job.id, AgentId.parse('agent-1'), 30);
    });

    it('leaves the jobs under way to their agents, until it is known which it needs', async () => {
      await expect(attemptEpoch(EPOCH, deps, new AbortController().signal)).rejects.toThrow(TransactionsMissingError);
      expect(await harness.engine.epochs.find(EPOCH_ID)).toMatchObject({ rangeId, attempt: 2 });
      expect(await harness.engine.jobs.find(job.id)).toMatchObject({ state: 'leased' });
    });

    it('leaves them too when they change once more', async () => {
      const chain = { ...deps.chain, rangeOf: async () => RangeId.parse('0xnewest') };
      getTxsForBlock = async () => await new Promise(() => undefined);
      expect(await attemptEpoch(EPOCH, { ...deps, chain }, new AbortController().signal)).toBe('reorg');
      expect(await harness.engine.epochs.find(EPOCH_ID)).toMatchObject({ state: 'failed' });
      expect(await harness.engine.jobs.find(job.id)).toMatchObject({ state: 'leased' });
    });
  });
});
