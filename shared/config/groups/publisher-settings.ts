import { optional, withDefault, type SettingGroup } from '../setting.ts';
import { address, ether, gwei, privateKey } from '../ethereum-kinds.ts';
import { secretUrl } from '../url-kinds.ts';
import { integer, listOf, oneOf, path, switchKind } from '../value-kinds.ts';

/** The prover's id, its signer, and what a submission may cost. */
export const PUBLISHER_SETTINGS = {
  title: 'Submission to L1',
  settings: {
    proverPublisherPrivateKeys: optional(listOf(privateKey), {
      flag: 'proverNode.proverPublisherPrivateKeys',
      flagAliases: ['proverNode.publisherPrivateKey'],
      variable: 'PROVER_PUBLISHER_PRIVATE_KEYS',
      variableAliases: ['PROVER_PUBLISHER_PRIVATE_KEY', 'L1_PRIVATE_KEY'],
      description:
        'Private keys of L1 accounts, the first of which submits proofs; use the variable or a file, not the flag',
    }),
    keyStoreDirectory: optional(path, {
      flag: 'proverNode.keyStoreDirectory',
      variable: 'KEY_STORE_DIRECTORY',
      description: "Folder of key files in Aztec's format, instead of private keys",
    }),
    proverPublisherAddresses: optional(listOf(address), {
      flag: 'proverNode.proverPublisherAddresses',
      variable: 'PROVER_PUBLISHER_ADDRESSES',
      description: 'Addresses of L1 accounts whose keys a remote signer holds; the first submits proofs',
    }),
    web3SignerUrl: optional(secretUrl, {
      flag: 'proverNode.web3SignerUrl',
      variable: 'WEB3_SIGNER_URL',
      description: 'URL of the remote signer (Web3Signer)',
    }),
    proverId: optional(address, {
      flag: 'proverNode.proverId',
      variable: 'PROVER_ID',
      description: 'Address that earns the rewards; it is part of each proof, so prover ids cannot share proofs',
      defaultNote: 'the first account that submits',
    }),
    isPublishingDisabled: withDefault(switchKind, 'false', {
      flag: 'proverNode.proverNodeDisableProofPublish',
      variable: 'PROVER_NODE_DISABLE_PROOF_PUBLISH',
      description: 'Prove without submitting',
    }),
    l1Confirmations: withDefault(integer(1, 64), '1', {
      flag: 'l1-confirmations',
      variable: 'COPPICE_L1_CONFIRMATIONS',
      description: 'L1 blocks until a submission counts as mined, including its own',
    }),
    gasPriceMaxWei: withDefault(gwei, '2000', {
      flag: 'proverNode.maxGwei',
      variable: 'L1_GAS_PRICE_MAX',
      variableAliases: ['L1_FEE_PER_GAS_GWEI_MAX'],
      description: 'Maximum fee per gas, in gwei; at higher prices the root waits in the outbox',
    }),
    submitWhen: withDefault(oneOf(['always', 'when-profitable']), 'always', {
      flag: 'submit-when',
      variable: 'COPPICE_SUBMIT_WHEN',
      description:
        'always: submit every root; when-profitable: only while gas costs no more than --epoch-reward-eth, and skip the root otherwise',
    }),
    epochRewardWei: optional(ether, {
      flag: 'epoch-reward-eth',
      variable: 'COPPICE_EPOCH_REWARD_ETH',
      description: 'Your share of the reward and fees of an epoch, valued in ETH',
      defaultNote: 'unknown; every root counts as profitable',
    }),
    gasLimitBufferPercentage: withDefault(integer(0, 1000), '20', {
      flag: 'proverNode.gasLimitBufferPercentage',
      variable: 'L1_GAS_LIMIT_BUFFER_PERCENTAGE',
      description: 'Margin added to the estimated gas, in percent',
    }),
    priorityFeeBumpPercentage: withDefault(integer(0, 1000), '20', {
      flag: 'proverNode.priorityFeeBumpPercentage',
      variable: 'L1_PRIORITY_FEE_BUMP_PERCENTAGE',
      description: "Margin added to the network's priority fee, in percent",
    }),
    priorityFeeRetryBumpPercentage: withDefault(integer(10, 1000), '50', {
      flag: 'proverNode.priorityFeeRetryBumpPercentage',
      variable: 'L1_PRIORITY_FEE_RETRY_BUMP_PERCENTAGE',
      description: 'Fee increase of each replacement, in percent; L1 nodes require at least 10',
    }),
    minimumPriorityFeeWei: withDefault(gwei, '0', {
      flag: 'proverNode.minimumPriorityFeePerGas',
      variable: 'L1_MINIMUM_PRIORITY_FEE_PER_GAS_GWEI',
      variableAliases: ['L1_FIXED_PRIORITY_FEE_PER_GAS', 'L1_FIXED_PRIORITY_FEE_PER_GAS_GWEI'],
      description: 'Minimum priority fee per gas, in gwei',
    }),
    txMaxSpeedUps: withDefault(integer(0, 100), '3', {
      flag: 'proverNode.maxSpeedUpAttempts',
      variable: 'L1_TX_MONITOR_MAX_ATTEMPTS',
      description: 'Maximum number of replacements with a higher fee for a submission that is not mined',
    }),
    txCheckIntervalMs: withDefault(integer(10), '1000', {
      flag: 'proverNode.checkIntervalMs',
      variable: 'L1_TX_MONITOR_CHECK_INTERVAL_MS',
      description: 'How often to check a pending submission, in milliseconds',
    }),
    txStallTimeMs: withDefault(integer(100), '12000', {
      flag: 'proverNode.stallTimeMs',
      variable: 'L1_TX_MONITOR_STALL_TIME_MS',
      description: 'Time until a submission that is not mined is replaced, in milliseconds',
    }),
  },
} as const satisfies SettingGroup;
