import { formatEther } from 'viem';

import type { RootRecord } from '../../ledger/outbox.ts';
import type { SubmissionStep } from './decide-submission.ts';
import { type FeeMarket, marketPriceWei } from './fees.ts';
import type { SubmissionPolicy } from './submission-policy.ts';

/** A root's cost on L1 beside what its epoch pays, and what follows from it. */
export interface Weighing {
  readonly choice: 'submit' | 'wait' | 'skip';
  readonly costWei: bigint;
  readonly rewardWei: bigint | undefined;
  readonly reason: string;
}

/** Gas of a submission, its proof's verification included: so much, and so much more for each checkpoint. */
const GAS = { once: 2_500_000n, perCheckpoint: 37_000n };
/** An unprofitable root is waited with until this is left of its window: gas falls within minutes, or it does not. */
const LAST_CALL_MS = 300_000;

/**
 * Weighs whether a root goes out now. What its proof has cost is spent either way, so only the gas counts against the
 * reward. By default everything goes out; `when-profitable` waits while gas costs more than the epoch pays, and skips the
 * root when the window is about to close on it.
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
    reason: `${cost}, for ${rewardWei === undefined ? 'a reward that nobody named' : ether(rewardWei)}: ${why}`,
  });
  if (submitWhen === 'always') return weighed('submit', 'roots are always submitted');
  if (rewardWei === undefined || costWei <= rewardWei) return weighed('submit', 'it pays');
  const secondsLeft = Math.round((deadlineAtMs - l1NowMs) / 1000);
  if (deadlineAtMs - l1NowMs > LAST_CALL_MS)
    return weighed('wait', `gas may fall in the ${secondsLeft} s that are left`);
  return weighed('skip', `it does not pay, and only ${secondsLeft} s are left`);
}

/** The step for a root that has no transaction yet, once it is weighed. */
export function weighedStep(step: SubmissionStep, { choice, reason }: Weighing): SubmissionStep {
  if (choice === 'submit') return step;
  if (choice === 'wait') return { do: 'wait', cause: 'unprofitable', reason };
  return { do: 'give-up', death: { epochState: 'failed', reason } };
}

/** A canary's root has none. */
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
