import { parseEther, parseGwei } from 'viem';
import { describe, expect, it } from 'vitest';

import {
  DEFAULT_SUBMISSION_POLICY,
  type SubmissionPolicy,
} from '../../../../shared/l1/submission/submission-policy.ts';
import { type Weighing, weighedStep, weighSubmission } from '../../../../shared/l1/submission/weigh-submission.ts';
import { RangeId } from '../../../../shared/ledger/job-ledger.ts';
import type { RootRecord } from '../../../../shared/ledger/outbox.ts';
import { epochId } from '../../../fixtures/epoch-id.ts';
import { EpochNumber } from '../../../../shared/proving-job/epoch-id.ts';

const DEADLINE_MS = 1_000_000_000;
const ROOT: RootRecord = {
  epochId: epochId(3),
  epoch: EpochNumber.parse(3),
  rangeId: RangeId.parse('0x08'),
  contract: 'aztec-rollup',
  firstCheckpoint: 1,
  lastCheckpoint: 32,
  to: '0xdd',
  data: '0x',
  deadlineAtMs: DEADLINE_MS,
  storedAtMs: 0,
  state: 'waiting',
  submissions: [],
  version: 1,
};
/** 3.7 million of gas at 11 gwei are 0.0405 ETH. */
const COST = '0.0405 ETH';

function weigh(
  policy: Partial<SubmissionPolicy> = {},
  { secondsLeft = 2000, earlierGwei = '10' }: { secondsLeft?: number; earlierGwei?: string } = {},
): Weighing {
  const market = {
    baseFeePerGasWei: parseGwei('10'),
    priorityFeePerGasWei: parseGwei('1'),
    earlierBaseFeePerGasWei: parseGwei(earlierGwei),
  };
  const whole = { ...DEFAULT_SUBMISSION_POLICY, ...policy };
  return weighSubmission(ROOT, market, whole, DEADLINE_MS - secondsLeft * 1000);
}

const profitable = (ether: string): Partial<SubmissionPolicy> => ({
  submitWhen: 'when-profitable',
  epochRewardWei: parseEther(ether),
});

describe('weighSubmission', () => {
  it('submits everything by default, whatever it costs', () => {
    expect(weigh({ epochRewardWei: 1n })).toMatchObject({ choice: 'submit' });
    expect(weigh().reason).toBe(
      `about ${COST} of gas, which is steady, for an unknown reward: every root is submitted`,
    );
  });

  it('submits what is profitable, waits while it is not, and skips it when the window is about to close', () => {
    expect(weigh(profitable('0.041')).choice).toBe('submit');
    expect(weigh(profitable('0.04'))).toMatchObject({ choice: 'wait', rewardWei: parseEther('0.04') });
    expect(weigh(profitable('0.04'), { secondsLeft: 301 }).choice).toBe('wait');
    expect(weigh(profitable('0.04'), { secondsLeft: 300 }).choice).toBe('skip');
    expect(weigh(profitable('0.041'), { secondsLeft: 20 }).choice).toBe('submit');
  });

  it('submits when the reward of an epoch is unknown', () => {
    expect(weigh({ submitWhen: 'when-profitable' }).choice).toBe('submit');
  });

  it('reports whether gas is rising or falling', () => {
    expect(weigh(profitable('0.04'), { earlierGwei: '12' }).reason).toContain('which is falling, for 0.0400 ETH');
    expect(weigh(profitable('0.04'), { earlierGwei: '8' }).reason).toContain('which is rising');
  });

  it('turns a submission into a wait, also when it is skipped, so that the node does not prove the epoch again', () => {
    const fees = { maxFeePerGasWei: 1n, maxPriorityFeePerGasWei: 1n };
    const step = { do: 'submit', nonce: 1, fees } as const;
    expect(weighedStep(step, weigh())).toBe(step);
    expect(weighedStep(step, weigh(profitable('0')))).toMatchObject({ do: 'wait', cause: 'unprofitable' });
    const skipped = weighedStep(step, weigh(profitable('0'), { secondsLeft: 100 }));
    expect(skipped).toMatchObject({ do: 'wait', cause: 'unprofitable' });
  });
});
