import { optional, withDefault, type SettingGroup } from '../setting.ts';
import { address, ether, gwei, privateKey } from '../ethereum-kinds.ts';
import { secretUrl } from '../url-kinds.ts';
import { integer, listOf, oneOf, path, switchKind } from '../value-kinds.ts';

/** Who proves, who signs, and what a submission may cost. */
export const PUBLISHER_SETTINGS = {
  title: 'Submission to L1',
  settings: {
    proverPublisherPrivateKeys: optional(listOf(privateKey), {
      flag: 'proverNode.proverPublisherPrivateKeys',
      flagAliases: ['proverNode.publisherPrivateKey'],
      variable: 'PROVER_PUBLISHER_PRIVATE_KEYS',
      variableAliases: ['PROVER_PUBLISHER_PRIVATE_KEY', 'L1_PRIVATE_KEY'],
      description: 'Keys of the L1 accounts that submit proofs; better as a variable or in a file than as a flag',
    }),
    keyStoreDirectory: optional(path, {
      flag: 'proverNode.keyStoreDirectory',
      variable: 'KEY_STORE_DIRECTORY',
      description: "Folder of key files in Aztec's format, in place of keys",
    }),
    proverPublisherAddresses: optional(listOf(address), {
      flag: 'proverNode.proverPublisherAddresses',
      variable: 'PROVER_PUBLISHER_ADDRESSES',
      description: 'L1 accounts whose keys a remote signer holds',
    }),
    web3SignerUrl: optional(secretUrl, {
      flag: 'proverNode.web3SignerUrl',
      variable: 'WEB3_SIGNER_URL',
      description: 'The remote signer',
    }),
    proverId: optional(address, {
      flag: 'proverNode.proverId',
      variable: 'PROVER_ID',
      description: 'The address that earns the rewards; it is part of the proofs, so other ids share none',
      defaultNote: 'the first submitting account',
    }),
    isPublishingDisabled: withDefault(switchKind, 'false', {
      flag: 'proverNode.proverNodeDisableProofPublish',
      variable: 'PROVER_NODE_DISABLE_PROOF_PUBLISH',
      description: 'Prove, but submit nothing',
    }),
    l1Confirmations: withDefault(integer(1, 64), '1', {
      flag: 'l1-confirmations',
      variable: 'COPPICE_L1_CONFIRMATIONS',
      description: 'L1 blocks, its own included, until a submission counts as mined',
    }),
    gasPriceMaxWei: withDefault(gwei, '2000', {
      flag: 'proverNode.maxGwei',
      variable: 'L1_GAS_PRICE_MAX',
      variableAliases: ['L1_FEE_PER_GAS_GWEI_MAX'],
      description: 'The most to offer per unit of gas, in gwei; above it the root waits in the outbox',
    }),
    submitWhen: withDefault(oneOf(['always', 'when-profitable']), 'always', {
      flag: 'submit-when',
      variable: 'COPPICE_SUBMIT_WHEN',
      description:
        'Submit every root, or only those whose gas costs no more than the epoch pays: others wait, and are skipped at last',
    }),
    epochRewardWei: optional(ether, {
      flag: 'epoch-reward-eth',
      variable: 'COPPICE_EPOCH_REWARD_ETH',
      description: 'What an epoch pays you, in ETH, as you value it: your share of its reward and fees',
      defaultNote: 'unknown, so that every root pays',
    }),
    gasLimitBufferPercentage: withDefault(integer(0, 1000), '20', {
      flag: 'proverNode.gasLimitBufferPercentage',
      variable: 'L1_GAS_LIMIT_BUFFER_PERCENTAGE',
      description: 'Added to the estimated gas, in percent',
    }),
    priorityFeeBumpPercentage: withDefault(integer(0, 1000), '20', {
      flag: 'proverNode.priorityFeeBumpPercentage',
      variable: 'L1_PRIORITY_FEE_BUMP_PERCENTAGE',
      description: "Added to the network's priority fee, in percent",
    }),
    priorityFeeRetryBumpPercentage: withDefault(integer(10, 1000), '50', {
      flag: 'proverNode.priorityFeeRetryBumpPercentage',
      variable: 'L1_PRIORITY_FEE_RETRY_BUMP_PERCENTAGE',
      description: 'Added to the fees with each replacement, in percent; L1 nodes want 10 or more',
    }),
    minimumPriorityFeeWei: withDefault(gwei, '0', {
      flag: 'proverNode.minimumPriorityFeePerGas',
      variable: 'L1_MINIMUM_PRIORITY_FEE_PER_GAS_GWEI',
      variableAliases: ['L1_FIXED_PRIORITY_FEE_PER_GAS', 'L1_FIXED_PRIORITY_FEE_PER_GAS_GWEI'],
      description: 'The least priority fee per unit of gas, in gwei',
    }),
    txMaxSpeedUps: withDefault(integer(0, 100), '3', {
      flag: 'proverNode.maxSpeedUpAttempts',
      variable: 'L1_TX_MONITOR_MAX_ATTEMPTS',
      description: 'How often a submission that is not mined is replaced with a higher fee',
    }),
    txCheckIntervalMs: withDefault(integer(10), '1000', {
      flag: 'proverNode.checkIntervalMs',
      variable: 'L1_TX_MONITOR_CHECK_INTERVAL_MS',
      description: 'How often a submission under way is looked at, in milliseconds',
    }),
    txStallTimeMs: withDefault(integer(100), '12000', {
      flag: 'proverNode.stallTimeMs',
      variable: 'L1_TX_MONITOR_STALL_TIME_MS',
      description: 'When a submission that is not mined is replaced, in milliseconds',
    }),
  },
} as const satisfies SettingGroup;
