import { z } from 'zod';

import { EpochId, EpochNumber } from '../proving-job/epoch-id.ts';
import { RangeId } from './job-ledger.ts';

const Hex = z.templateLiteral(['0x', z.string()]);
const Wei = z.string().regex(/^\d+$/);

/** One signed transaction, recorded before it is sent, so that a crash between the two leaves no unknown transaction. */
export const Submission = z.strictObject({
  transactionHash: Hex,
  /** The signed transaction, to send it again after a crash. It holds no key. */
  signedTransaction: Hex,
  from: Hex,
  nonce: z.number().int().nonnegative(),
  gasLimit: Wei,
  maxFeePerGasWei: Wei,
  maxPriorityFeePerGasWei: Wei,
  signedAtMs: z.number().int(),
  /** It submits nothing: it only takes the nonce, so that the transactions signed before it can no longer be mined. */
  cancels: z.literal(true).optional(),
  /** Absent while it may still be mined. All submissions that may be mined share one sender and one nonce. */
  outcome: z.enum(['mined', 'reverted', 'replaced', 'dropped']).optional(),
});
export type Submission = z.infer<typeof Submission>;

/**
 *     waiting ──signed and sent──▶ sent ──mined──▶ mined
 *        ▲───── reverted, dropped ──┘
 *     waiting | sent ──window closed, or another proof made it unnecessary──▶ expired
 */
export const RootState = z.enum(['waiting', 'sent', 'mined', 'expired']);
export type RootState = z.infer<typeof RootState>;

/** The kinds of contract that take roots: Aztec's rollup, and the small one of the canary. */
export const RootContract = z.enum(['aztec-rollup', 'canary-rollup']);
export type RootContract = z.infer<typeof RootContract>;

/** A root proof that is ready for L1, as the transaction that would submit it. */
export const RootRecord = z.strictObject({
  epochId: EpochId,
  /** The epoch's number on its rollup, for people. */
  epoch: EpochNumber,
  rangeId: RangeId,
  /** Absent where the family proves no checkpoints. */
  firstCheckpoint: z.number().int().positive().optional(),
  lastCheckpoint: z.number().int().positive().optional(),
  /** The contract at `to`. Earlier versions, which knew only Aztec's rollup, did not record it. */
  contract: RootContract.default('aztec-rollup'),
  to: Hex,
  /** The call that submits the proof, encoded. */
  data: Hex,
  deadlineAtMs: z.number().int(),
  storedAtMs: z.number().int(),
  state: RootState,
  /** Every transaction ever signed for it, oldest first. */
  submissions: z.array(Submission),
  /** Why it still waits, or why it ended, in words for the operator. */
  reason: z.string().optional(),
  settledAtMs: z.number().int().optional(),
  /** The submitter that works on it, and until when: another takes over after that. */
  submitterId: z.string().optional(),
  submitterUntilMs: z.number().int().optional(),
  /** Grows with every change; a change names the one it was made from. */
  version: z.number().int().positive(),
});
export type RootRecord = z.infer<typeof RootRecord>;

export type NewRoot = Pick<
  RootRecord,
  'epochId' | 'rangeId' | 'firstCheckpoint' | 'lastCheckpoint' | 'to' | 'data' | 'deadlineAtMs'
> & {
  /** @default Aztec's rollup */
  readonly contract?: RootContract;
};

/** Whether the root is on its way to L1. */
export function isOpenRoot({ state }: Pick<RootRecord, 'state'>): boolean {
  return state === 'waiting' || state === 'sent';
}

/** The order of {@link Outbox.open}. */
export function byDeadline(a: RootRecord, b: RootRecord): number {
  return a.deadlineAtMs - b.deadlineAtMs || a.epoch - b.epoch;
}

/** Root proofs that wait for L1. Contract: `test/contract/outbox.contract.ts`. */
export interface Outbox {
  /**
   * Stores a root as `waiting`. It replaces one of another range that is `waiting` or `expired`, and one of the same range
   * that is `expired`, which keeps its submissions: a reorg may have brought its checkpoints back. Otherwise it changes
   * nothing and returns the stored root; while that is the `sent` or `mined` root of another range, store it again later: the
   * submitter ends one whose checkpoints or transaction L1 no longer has.
   */
  store(root: NewRoot): Promise<RootRecord>;
  /** @throws when a newer version wrote the record, and this one cannot read it */
  find(epochId: EpochId): Promise<RootRecord | undefined>;
  /**
   * Roots that are `waiting` or `sent`, in the order of their deadlines, which is that of a rollup's epochs. Those that this
   * version cannot read are left out.
   */
  open(): Promise<readonly RootRecord[]>;
  /**
   * Replaces the record if its stored version is still `root.version`, and returns it with the next version;
   * `undefined` when another writer was first: read it again.
   */
  replace(root: RootRecord): Promise<RootRecord | undefined>;
}
