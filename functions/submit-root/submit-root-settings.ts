import { L1_SETTINGS } from '../../shared/config/groups/l1-settings.ts';
import {
  type Environment,
  type IsGiven,
  parseSettings,
  settingsOrThrow,
  type SettingsOfGroups,
} from '../../shared/config/parse-settings.ts';
import { PUBLISHER_SETTINGS } from '../../shared/config/groups/publisher-settings.ts';
import { optional, type SettingGroup } from '../../shared/config/setting.ts';
import { text } from '../../shared/config/value-kinds.ts';
import { findFunctionConflicts, FUNCTION_GROUPS, functionEnvironment } from '../../shared/lambda/function-settings.ts';
import { ENV } from './env.ts';

const { l1RpcUrls, l1ChainId, ethereumSlotSeconds } = L1_SETTINGS.settings;
const publisher = PUBLISHER_SETTINGS.settings;

/** How to reach L1 and what a submission may cost, in the variables of the prover node; and where the publisher's key is. */
export const SUBMIT_ROOT_GROUP = {
  title: 'Submission to L1',
  settings: {
    l1RpcUrls,
    l1ChainId,
    ethereumSlotSeconds,
    l1Confirmations: publisher.l1Confirmations,
    gasPriceMaxWei: publisher.gasPriceMaxWei,
    submitWhen: publisher.submitWhen,
    epochRewardWei: publisher.epochRewardWei,
    gasLimitBufferPercentage: publisher.gasLimitBufferPercentage,
    priorityFeeBumpPercentage: publisher.priorityFeeBumpPercentage,
    priorityFeeRetryBumpPercentage: publisher.priorityFeeRetryBumpPercentage,
    minimumPriorityFeeWei: publisher.minimumPriorityFeeWei,
    txMaxSpeedUps: publisher.txMaxSpeedUps,
    txCheckIntervalMs: publisher.txCheckIntervalMs,
    txStallTimeMs: publisher.txStallTimeMs,
    publisherSecretId: optional(text, {
      flag: 'publisher-secret-id',
      variable: ENV.PUBLISHER_SECRET_ID,
      description: "Name or ARN of the secret with the publisher's private key",
    }),
    publisherKmsKeyId: optional(text, {
      flag: 'publisher-kms-key-id',
      variable: ENV.PUBLISHER_KMS_KEY_ID,
      description: 'Id, ARN or alias of the KMS key that signs',
    }),
  },
} as const satisfies SettingGroup;

const GROUPS = [...FUNCTION_GROUPS, SUBMIT_ROOT_GROUP] as const;
export type SubmitRootSettings = SettingsOfGroups<typeof GROUPS>;

/** @throws {InvalidSettingsError} listing everything that is wrong */
export function parseSubmitRootSettings(variables: Environment): SubmitRootSettings {
  return settingsOrThrow(parseSettings(GROUPS, functionEnvironment(variables), findConflicts));
}

function findConflicts(settings: Partial<SubmitRootSettings>, isGiven: IsGiven): readonly string[] {
  const { publisherSecretId, publisherKmsKeyId } = SUBMIT_ROOT_GROUP.settings;
  const problems: string[] = [];
  if (isGiven(publisherSecretId) === isGiven(publisherKmsKeyId)) {
    problems.push(
      `set exactly one of ${ENV.PUBLISHER_SECRET_ID} and ${ENV.PUBLISHER_KMS_KEY_ID}, which say where the key is`,
    );
  }
  if (isGiven(publisher.proverPublisherPrivateKeys)) {
    problems.push(
      `${publisher.proverPublisherPrivateKeys.variable} must not be set for a function: put the key into a secret and set ${ENV.PUBLISHER_SECRET_ID}`,
    );
  }
  return [...problems, ...findFunctionConflicts(settings, isGiven)];
}
