import { parseGwei } from 'viem';

import type { NodeSettings } from '../../shared/config/node-settings.ts';
import { DEFAULT_SUBMISSION_POLICY, type SubmissionPolicy } from '../../shared/l1/submission-policy.ts';

/** The policy of submissions that the operator's settings ask for. */
export function submissionPolicyOf(settings: NodeSettings): SubmissionPolicy {
  return {
    ...DEFAULT_SUBMISSION_POLICY,
    gasLimitBufferPercentage: settings.gasLimitBufferPercentage,
    maxFeePerGasWei: parseGwei(String(settings.gasPriceMaxGwei)),
    minPriorityFeePerGasWei: parseGwei(String(settings.minimumPriorityFeeGwei)),
    priorityFeeBumpPercentage: settings.priorityFeeBumpPercentage,
    replacementBumpPercentage: settings.priorityFeeRetryBumpPercentage,
    maxSpeedUps: settings.txMaxSpeedUps,
    checkIntervalSeconds: settings.txCheckIntervalMs / 1000,
    stallSeconds: settings.txStallTimeMs / 1000,
    confirmations: settings.l1Confirmations,
    l1SlotSeconds: settings.ethereumSlotSeconds,
  };
}
