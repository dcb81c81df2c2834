import path from 'node:path';

import type { LocalAccount } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';

import type { CanarySettings } from '../../shared/config/groups/canary-settings.ts';
import { createL1Client, type L1Client } from '../../shared/l1/l1-client.ts';
import { DEFAULT_SUBMISSION_POLICY, type SubmissionPolicy } from '../../shared/l1/submission/submission-policy.ts';
import { ACCOUNT_INDEX, anvilAccount } from '../local-l1/devnet-accounts.ts';
import { loadAnvil } from '../local-l1/load-anvil.ts';

/** Of the L1 that the canary starts. */
const BLOCK_SECONDS = 1;
const ANVIL_CHAIN_ID = 31_337;

/** The L1 that a canary's root goes to. */
export interface CanaryChain {
  readonly l1: L1Client;
  /** Deploys and submits. */
  readonly account: LocalAccount;
  readonly policy: SubmissionPolicy;
  /** Resolves when an L1 that the canary started ends. */
  readonly broken?: Promise<Error>;
  stop(): Promise<void>;
}

/** Reaches the L1 that the settings name, or starts one. */
export async function openCanaryChain(settings: CanarySettings): Promise<CanaryChain> {
  const { l1RpcUrl, proverPublisherPrivateKeys: [key] = [] } = settings;
  if (l1RpcUrl === undefined || key === undefined) return await startL1(settings);
  // The chain's id is not known before it answers.
  const chainId = await createL1Client({ rpcUrls: [l1RpcUrl], chainId: 1 }).getChainId();
  return {
    l1: createL1Client({ rpcUrls: [l1RpcUrl], chainId }),
    account: privateKeyToAccount(key.reveal()),
    policy: DEFAULT_SUBMISSION_POLICY,
    stop: () => Promise.resolve(),
  };
}

async function startL1({ dataDirectory, l1Port }: CanarySettings): Promise<CanaryChain> {
  const anvil = loadAnvil({
    logDirectory: path.resolve(dataDirectory, 'logs'),
    environment: { PATH: process.env['PATH'] },
  });
  try {
    const { rpcUrl } = await anvil.configure({
      port: l1Port,
      blockSeconds: BLOCK_SECONDS,
      genesisSeconds: Math.floor(Date.now() / 1000),
    });
    return {
      l1: createL1Client({ rpcUrls: [rpcUrl], chainId: ANVIL_CHAIN_ID }),
      account: anvilAccount(ACCOUNT_INDEX.proverPublisher),
      policy: { ...DEFAULT_SUBMISSION_POLICY, l1SlotSeconds: BLOCK_SECONDS },
      broken: anvil.ended,
      stop: () => anvil.stop(),
    };
  } catch (error) {
    await anvil.stop();
    throw error;
  }
}
