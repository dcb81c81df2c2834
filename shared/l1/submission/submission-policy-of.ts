import type { L1_SETTINGS } from '../../config/groups/l1-settings.ts';
import type { PUBLISHER_SETTINGS } from '../../config/groups/publisher-settings.ts';
import type { SettingsOf } from '../../config/setting.ts';
import { DEFAULT_SUBMISSION_POLICY, type SubmissionPolicy } from './submission-policy.ts';

/** The settings that a policy is made of, whichever program reads them. */
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

/** The policy of submissions that the operator's settings ask for. */
export function submissionPolicyOf(settings: SubmissionSettings): SubmissionPolicy {
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
