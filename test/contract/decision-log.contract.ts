import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { DecisionLog, FleetDecisionRecord, SubmissionDecisionRecord } from '../../shared/ledger/decision-log.ts';
import { epochId } from '../fixtures/epoch-id.ts';
import { EpochNumber } from '../../shared/proving-job/epoch-id.ts';

export interface DecisionLogHarness {
  readonly decisions: DecisionLog;
  nowMs(): number;
  close(): Promise<void>;
}

function fleetDecision(atMs: number, reason = 'no epoch is open'): FleetDecisionRecord {
  return {
    kind: 'fleet',
    atMs,
    epochs: [
      {
        epochId: epochId(7),
        epoch: EpochNumber.parse(7),
        deadlineAtMs: atMs + 60_000,
        pathSeconds: 12.5,
        slackSeconds: -3.25,
      },
    ],
    pools: [
      {
        pool: 'large',
        was: { spot: 1, od: 0, running: 1 },
        spot: 3,
        od: 1,
        workSeconds: 1234.5,
        waitingJobs: 4,
        runningJobs: 1,
        reason: 'because',
        dollarsPerHour: 0.25,
      },
    ],
    dollarsPerHour: 1.25,
    reason,
  };
}

export function describeDecisionLogContract(adapter: string, open: () => Promise<DecisionLogHarness>): void {
  describe(`DecisionLog contract: ${adapter}`, () => {
    let harness: DecisionLogHarness;
    let decisions: DecisionLog;
    beforeEach(async () => {
      harness = await open();
      decisions = harness.decisions;
    });
    afterEach(() => harness.close());

    it('keeps a decision whole', async () => {
      const submission: SubmissionDecisionRecord = {
        kind: 'submission',
        atMs: harness.nowMs(),
        epochId: epochId(7),
        epoch: EpochNumber.parse(7),
        choice: 'wait',
        costWei: '123456789012345678901234567890',
        reason: 'gas is falling',
      };
      await decisions.record(fleetDecision(harness.nowMs()));
      await decisions.record(submission);
      expect(await decisions.latest('fleet', 10)).toStrictEqual([fleetDecision(harness.nowMs())]);
      expect(await decisions.latest('submission', 10)).toStrictEqual([submission]);
    });

    it('returns the newest of a kind by the time of the decision, newest first', async () => {
      for (const [seconds, reason] of [
        [2, 'second'],
        [3, 'third'],
        [1, 'first'],
      ] as const) {
        await decisions.record(fleetDecision(harness.nowMs() + seconds * 1000, reason));
      }
      expect((await decisions.latest('fleet', 2)).map(({ reason }) => reason)).toEqual(['third', 'second']);
      expect(await decisions.latest('submission', 2)).toEqual([]);
    });

    it('keeps two decisions of one moment, as two scalers may make them', async () => {
      await decisions.record(fleetDecision(harness.nowMs()));
      await decisions.record(fleetDecision(harness.nowMs()));
      expect(await decisions.latest('fleet', 10)).toHaveLength(2);
    });

    it('refuses an invalid decision', async () => {
      const broken = { ...fleetDecision(harness.nowMs()), dollarsPerHour: -1 };
      await expect(decisions.record(broken)).rejects.toThrow('dollarsPerHour');
      expect(await decisions.latest('fleet', 10)).toEqual([]);
    });
  });
}
