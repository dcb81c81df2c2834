import { z } from 'zod';

import { EpochShape } from '../proving-job/epoch-shape.ts';
import { EpochId, EpochNumber } from '../proving-job/epoch-id.ts';
import { ProvingJobId } from '../proving-job/proving-job-id.ts';
import { RangeId } from './job-ledger.ts';

/**
 *     proving ──root proof stored──▶ submitting ──mined──▶ proven
 *        │  ▲                           │
 *        │  └─taken up again─ failed ◀──┤ (also from proving)
 *        └──────── window closed ───────┴──▶ expired
 *     proven ──reopen (a reorg removed the transaction)──▶ submitting
 */
export const EpochState = z.enum(['proving', 'submitting', 'proven', 'failed', 'expired']);
export type EpochState = z.infer<typeof EpochState>;

export const EpochRecord = z.strictObject({
  id: EpochId,
  /** Its number on its rollup, for people. */
  epoch: EpochNumber,
  rangeId: RangeId,
  /** Aztec's network version, or that of another family's circuits and keys. */
  networkVersion: z.string().min(1),
  /** Absent where the family proves no checkpoints. */
  firstCheckpoint: z.number().int().positive().optional(),
  lastCheckpoint: z.number().int().positive().optional(),
  /**
   * Gives the expected tree. Until its transactions are gathered, an estimate: each of them counts as public. Absent where the
   * epoch streams: official nodes ask for its jobs one by one, and nobody knows its tree beforehand. Versions that know of
   * no such epochs leave its record out.
   */
  shape: EpochShape.optional(),
  /** When the proof must be mined, by the L1's clock. Of a line whose L1 is not known: when the epoch is closed at the latest. */
  deadlineAtMs: z.number().int(),
  state: EpochState,
  /** Times that any node took the epoch up; the first is 1. */
  attempt: z.number().int().positive(),
  /** When the first attempt began. */
  openedAtMs: z.number().int(),
  /** When the attempt under way began. */
  attemptAtMs: z.number().int(),
  rootJobId: ProvingJobId.optional(),
  rootAtMs: z.number().int().optional(),
  /** When it was proven, failed or expired. */
  closedAtMs: z.number().int().optional(),
  /** The L1 transaction that proved it. */
  transactionHash: z.string().optional(),
  reason: z.string().optional(),
});
export type EpochRecord = z.infer<typeof EpochRecord>;

export type NewEpoch = Pick<
  EpochRecord,
  'id' | 'rangeId' | 'networkVersion' | 'firstCheckpoint' | 'lastCheckpoint' | 'shape' | 'deadlineAtMs'
>;

/** What may change in an epoch after it was opened. */
export type EpochChange = Partial<Pick<EpochRecord, 'shape' | 'rootJobId' | 'transactionHash' | 'reason'>>;

/** The order of {@link EpochLedger.latest}: of those that were opened at the same moment, the highest number is first. */
export function byTimeOpened(a: EpochRecord, b: EpochRecord): number {
  return b.openedAtMs - a.openedAtMs || b.epoch - a.epoch;
}

/** The durable record of epochs. Contract: `test/contract/epoch-ledger.contract.ts`. */
export interface EpochLedger {
  /**
   * Opens an epoch as `proving`, or takes a known one up again with the next attempt number (and its new range, when a
   * reorg changed it). One that is `submitting` or `proven` over the same range is returned unchanged; one that streams,
   * while it is `proving`, but for its version: a patch of Aztec takes over what the version before it has begun.
   */
  open(epoch: NewEpoch): Promise<EpochRecord>;
  /**
   * Moves the epoch, if it still has `rangeId`, to `state`. `rootAtMs` is set on `submitting`, `closedAtMs` on the end states.
   * Returns the record as it now stands; an epoch that is `proven` stays so, and one that is `submitting` is not `proving` again.
   */
  advance(id: EpochId, rangeId: RangeId, state: EpochState, change?: EpochChange): Promise<EpochRecord | undefined>;
  /**
   * Makes an epoch that is `proven` over the range `submitting` again: L1 no longer has the transaction that proved it. Any
   * other is returned unchanged.
   */
  reopen(id: EpochId, rangeId: RangeId, reason: string): Promise<EpochRecord | undefined>;
  /** @throws when a newer version wrote the record, and this one cannot read it */
  find(id: EpochId): Promise<EpochRecord | undefined>;
  /**
   * The epochs that were opened last, newest first: at most `limit` of rollups, and as many trials, so that neither hides the
   * other. Those that this version cannot read are left out.
   */
  latest(limit: number): Promise<readonly EpochRecord[]>;
}
