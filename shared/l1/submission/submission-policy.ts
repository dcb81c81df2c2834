import type { L1_SETTINGS } from '../../config/groups/l1-settings.ts';
import type { PUBLISHER_SETTINGS } from '../../config/groups/publisher-settings.ts';
import type { SettingsOf } from '../../config/setting.ts';
import type { Backoff } from '../../retry/backoff.ts';

/** How roots are sent to L1. Defaults follow Aztec's `L1TxUtilsConfig`, whose variable each one names. */
export interface SubmissionPolicy {
  /** Added to the estimated gas, in percent. `L1_GAS_LIMIT_BUFFER_PERCENTAGE` */
  readonly gasLimitBufferPercentage: number;
  /** The most that a transaction offers for a unit of gas. `L1_GAS_PRICE_MAX` (in gwei) */
  readonly maxFeePerGasWei: bigint;
  /** A floor for the priority fee. `L1_MINIMUM_PRIORITY_FEE_PER_GAS_GWEI` */
  readonly minPriorityFeePerGasWei: bigint;
  /** Added to the market's priority fee for the first transaction, in percent. `L1_PRIORITY_FEE_BUMP_PERCENTAGE` */
  readonly priorityFeeBumpPercentage: number;
  /**
   * Added to the fees of a stuck transaction when it is replaced, in percent; at least 10 is used, as nodes refuse less.
   * `L1_PRIORITY_FEE_RETRY_BUMP_PERCENTAGE`
   */
  readonly replacementBumpPercentage: number;
  /**
   * Replacements of a transaction that only waits. More are made only when the market has left its fees behind, or a
   * silent L1 would drive them up to the cap. `L1_TX_MONITOR_MAX_ATTEMPTS`
   */
  readonly maxSpeedUps: number;
  /** Whether a root goes out that costs more gas than its epoch pays. `COPPICE_SUBMIT_WHEN` */
  readonly submitWhen: 'always' | 'when-profitable';
  /** What an epoch pays, as the operator values it; needed for `when-profitable`. `COPPICE_EPOCH_REWARD_ETH` */
  readonly epochRewardWei?: bigint;
  /** Between two reads of the outbox. `L1_TX_MONITOR_CHECK_INTERVAL_MS` */
  readonly checkIntervalSeconds: number;
  /** A transaction that has not been mined after this is stuck. `L1_TX_MONITOR_STALL_TIME_MS` */
  readonly stallSeconds: number;
  /** Blocks that must hold a transaction, its own included, before it counts as mined. */
  readonly confirmations: number;
  /** Blocks that must hold a foreign transaction with our nonce before that nonce is given up. */
  readonly nonceConfirmations: number;
  /** How long a root's checkpoints may be missing from L1 before its epoch fails: a reorg often brings them back. */
  readonly reorgPatienceSeconds: number;
  /** How long after a root was mined its transaction is still checked. */
  readonly reorgWatchSeconds: number;
  /** Between two L1 blocks: a proof sent later than this before the deadline cannot be mined in time. `ETHEREUM_SLOT_DURATION` */
  readonly l1SlotSeconds: number;
  /** How long a root stays locked after its submitter was killed. */
  readonly leaseSeconds: number;
  /** The pauses after reverts in a row. */
  readonly retry: Backoff;
}

const GWEI = 1_000_000_000n;

export const DEFAULT_SUBMISSION_POLICY: SubmissionPolicy = {
  gasLimitBufferPercentage: 20,
  maxFeePerGasWei: 2000n * GWEI,
  minPriorityFeePerGasWei: 0n,
  priorityFeeBumpPercentage: 20,
  replacementBumpPercentage: 50,
  maxSpeedUps: 3,
  submitWhen: 'always',
  checkIntervalSeconds: 1,
  stallSeconds: 12,
  confirmations: 1,
  nonceConfirmations: 3,
  reorgPatienceSeconds: 24,
  // An L1 block is final after two L1 epochs of 32 slots of 12 s, 13 minutes.
  reorgWatchSeconds: 900,
  l1SlotSeconds: 12,
  leaseSeconds: 30,
  retry: { firstMs: 12_000, longestMs: 300_000 },
};

/** The settings that make up a policy, whichever program reads them. */
export type SubmissionSettings = Pick<SettingsOf<typeof L1_SETTINGS.settings>, 'ethereumSlotSeconds'> &
  Pick<
    SettingsOf<typeof PUBLISHER_SETTINGS.settings>,
    | 'epochRewardWei'
    | 'gasLimitBufferPercentage'
    | 'gasPriceMaxWei'
    | 'l1Confirmations'
    | 'minimumPriorityFeeWei'
    | 'priorityFeeBumpPercentage'
    | 'priorityFeeRetryBumpPercentage'
    | 'submitWhen'
    | 'txCheckIntervalMs'
    | 'txMaxSpeedUps'
    | 'txStallTimeMs'
  >;

/** The policy that the operator's settings ask for. */
export function toSubmissionPolicy(settings: SubmissionSettings): SubmissionPolicy {
  return {
    ...DEFAULT_SUBMISSION_POLICY,
    gasLimitBufferPercentage: settings.gasLimitBufferPercentage,
    maxFeePerGasWei: settings.gasPriceMaxWei,
    minPriorityFeePerGasWei: settings.minimumPriorityFeeWei,
    priorityFeeBumpPercentage: settings.priorityFeeBumpPercentage,
    replacementBumpPercentage: settings.priorityFeeRetryBumpPercentage,
    maxSpeedUps: settings.txMaxSpeedUps,
    submitWhen: settings.submitWhen,
    ...(settings.epochRewardWei !== undefined && { epochRewardWei: settings.epochRewardWei }),
    checkIntervalSeconds: settings.txCheckIntervalMs / 1000,
    stallSeconds: settings.txStallTimeMs / 1000,
    confirmations: settings.l1Confirmations,
    l1SlotSeconds: settings.ethereumSlotSeconds,
  };
}
