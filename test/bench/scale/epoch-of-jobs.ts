import { createHash } from 'node:crypto';

import type { NewEpoch } from '../../../shared/ledger/epoch-ledger.ts';
import { type NewJob, RangeId } from '../../../shared/ledger/job-ledger.ts';
import { expectedTree } from '../../../shared/merge-tree/expected/tree-of-shape.ts';
import { inputsKey } from '../../../shared/proof-store/proof-store.ts';
import { CIRCUIT_CATALOGUE } from '../../../shared/proving-job/circuit-catalogue.ts';
import { EpochNumber, makeEpochId, makeRollupId } from '../../../shared/proving-job/epoch-id.ts';
import { makeProvingJobId, Sha256 } from '../../../shared/proving-job/proving-job-id.ts';

const CHECKPOINTS = 32;
const BLOCKS = 12;
/** A public transaction takes a proof of the AVM, one of its chonk, a base and about one merge. */
const JOBS_PER_TX = 4;
export const RANGE = RangeId.parse(`0x${'a1'.repeat(32)}`);
export const ROLLUP = makeRollupId(1, `0x${'b2'.repeat(20)}`);
const NETWORK_VERSION = '4.1.2';

/** An Aztec epoch of about so many jobs: 32 checkpoints of equal blocks of public transactions. */
export function epochOfJobs(number: number, jobs: number, nowMs: number): NewEpoch {
  const blocks = Math.max(1, Math.min(BLOCKS, Math.round(jobs / CHECKPOINTS / JOBS_PER_TX / 4)));
  const publicTxs = Math.max(1, Math.round(jobs / CHECKPOINTS / blocks / JOBS_PER_TX));
  const checkpoint = {
    blocks: Array.from({ length: blocks }, () => ({ publicTxs, privateTxs: 0 })),
    l1ToL2Messages: 0,
  };
  return {
    id: makeEpochId(ROLLUP, EpochNumber.parse(number)),
    rangeId: RANGE,
    networkVersion: NETWORK_VERSION,
    firstCheckpoint: 1,
    lastCheckpoint: CHECKPOINTS,
    shape: Array.from({ length: CHECKPOINTS }, () => checkpoint),
    deadlineAtMs: nowMs + 3_600_000,
  };
}

/** All jobs of the epoch, children before their parents, with ids and edges as long as they are in an epoch. */
export function* jobsOf({ id: epochId, rangeId, shape, networkVersion }: NewEpoch): Generator<NewJob> {
  const ids: NewJob['id'][] = [];
  for (const [index, { circuit, children }] of expectedTree(shape!).jobs.entries()) {
    const sha256 = Sha256.parse(createHash('sha256').update(`${epochId} ${index}`).digest('hex'));
    const id = makeProvingJobId(epochId, circuit, sha256);
    ids.push(id);
    const { pool, lane } = CIRCUIT_CATALOGUE[circuit];
    const inputs = { key: inputsKey(circuit, id), sha256, sizeBytes: 123_456 };
    const named = children.map((child) => ids[child] as NewJob['id']);
    yield { id, rangeId, circuit, pool, lane, networkVersion, inputs, children: named };
  }
}
