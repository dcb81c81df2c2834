import { formatEther } from 'viem';

import type { RootRecord } from '../../ledger/outbox.ts';
import type { SubmissionStep } from './submission-step.ts';
import type { FeeMarket } from './fee-market.ts';
import { marketPriceWei } from './fees.ts';
import type { SubmissionPolicy } from './submission-policy.ts';

/** A root's cost on L1, what its epoch pays, and the choice that follows. */
export interface Weighing {
  readonly choice: 'submit' | 'wait' | 'skip';
  readonly costWei: bigint;
  readonly rewardWei: bigint | undefined;
  readonly reason: string;
}

/** Gas of a submission, including the verification of its proof: a constant, plus an amount for each checkpoint. */
const GAS = { once: 2_500_000n, perCheckpoint: 37_000n };
/** How close to the deadline we stop waiting for cheaper gas: it falls within minutes or not at all. */
const LAST_CALL_MS = 300_000;

/**
 * Weighs whether to submit a root now. The cost of its proof is spent either way, so only gas counts against the reward.
 * By default every root is submitted; `when-profitable` waits while gas costs more than the epoch pays, and skips the root
 * when the window is about to close.
 */
export function weighSubmission(
  root: RootRecord,
  market: FeeMarket,
  policy: SubmissionPolicy,
  l1NowMs: number,
): Weighing {
  const costWei = (GAS.once + GAS.perCheckpoint * checkpointCount(root)) * marketPriceWei(market, policy);
  const { deadlineAtMs } = root;
  const { submitWhen, epochRewardWei: rewardWei } = policy;
  const cost = `about ${ether(costWei)} of gas, which ${trendOf(market)}`;
  const weighed = (choice: Weighing['choice'], why: string): Weighing => ({
    choice,
    costWei,
    rewardWei,
    reason: `${cost}, for ${rewardWei === undefined ? 'an unknown reward' : ether(rewardWei)}: ${why}`,
  });
  if (submitWhen === 'always') return weighed('submit', 'every root is submitted');
  if (rewardWei === undefined || costWei <= rewardWei) return weighed('submit', 'it is profitable');
  const secondsLeft = Math.round((deadlineAtMs - l1NowMs) / 1000);
  if (deadlineAtMs - l1NowMs > LAST_CALL_MS)
    return weighed('wait', `gas may get cheaper in the ${secondsLeft} s that are left`);
  return weighed('skip', `it is not profitable, and only ${secondsLeft} s are left`);
}

/**
 * The step for a weighed root that has no transaction yet. A root that is skipped waits for its window to close: were it given
 * up before, the node would prove the epoch again.
 */
export function weighedStep(step: SubmissionStep, { choice, reason }: Weighing): SubmissionStep {
  return choice === 'submit' ? step : { do: 'wait', cause: 'unprofitable', reason };
}

/** A canary's root has no checkpoints. */
function checkpointCount({ firstCheckpoint, lastCheckpoint }: RootRecord): bigint {
  if (firstCheckpoint === undefined || lastCheckpoint === undefined) return 0n;
  return BigInt(lastCheckpoint - firstCheckpoint + 1);
}

function trendOf({ baseFeePerGasWei: now, earlierBaseFeePerGasWei: before = now }: FeeMarket): string {
  if (now === before) return 'is steady';
  return now > before ? 'is rising' : 'is falling';
}

function ether(wei: bigint): string {
  return `${Number(formatEther(wei)).toPrecision(3)} ETH`;
}
