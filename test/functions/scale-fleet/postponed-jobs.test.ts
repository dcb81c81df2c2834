import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

import { DEFAULT_SCALING_POLICY } from '../../../functions/scale-fleet/decide/fleet-state.ts';
import { EarlierEpochs } from '../../../functions/scale-fleet/earlier-epochs.ts';
import { ProvenJobs } from '../../../shared/merge-tree/progress/proven-jobs.ts';
import { scaleFleet } from '../../../functions/scale-fleet/scale-fleet.ts';
import { FleetPools } from '../../../shared/agent-fleet/fleet-pools.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import type { JobTally } from '../../../shared/ledger/job-ledger.ts';
import { STREAMED_RANGE } from '../../../shared/ledger/streamed-epoch.ts';
import { namesOfEpoch } from '../../fixtures/epoch-id.ts';
import { circuit } from '../../shared/merge-tree/forecast/a-stream.ts';

const NOW_MS = 1_800_000_000_000;
const EPOCH_MS = 2_304_000;
const POOLS = FleetPools.parse({ medium: { maxAgents: 9, dollarsPerHour: { spot: 0.1, od: 0.3 } } });

/** What the scaler reports of an epoch that has four parity proofs to make, this long before its end. */
async function reportedAt(msBeforeEnd: number): Promise<ReadonlyMap<string, number>> {
  const endsAtMs = NOW_MS + msBeforeEnd;
  const epoch: EpochRecord = {
    ...namesOfEpoch(7),
    rangeId: STREAMED_RANGE,
    networkVersion: '6.0.0',
    deadlineAtMs: endsAtMs + EPOCH_MS,
    state: 'proving',
    attempt: 1,
    openedAtMs: endsAtMs - EPOCH_MS + 96_000,
    attemptAtMs: NOW_MS,
  };
  const tally: JobTally = new Map([
    [circuit('INBOX_PARITY'), { proven: 0, rejected: 0, queued: new Map([['medium', 4]]), leased: [] }],
  ]);
  const jobs = {
    tally: async () => tally,
    someProven: async () => [],
    askForCopy: async () => false,
    markEnqueued: async () => undefined,
  };
  const metrics = new Map<string, number>();
  await scaleFleet({
    engine: {
      epochs: { latest: async () => [epoch] },
      jobs,
      queue: { enqueue: async () => expect.fail() },
      decisions: {
        record: async () => undefined,
        latest: async () => [],
      },
      outbox: { find: async () => undefined },
    },
    fleet: {
      describe: async () => [{ pool: 'medium', capacity: 'spot', desired: 0, running: 0 }],
      setDesired: async () => undefined,
    },
    pools: POOLS,
    budget: { mayCross: false },
    policy: DEFAULT_SCALING_POLICY,
    proven: new ProvenJobs(jobs),
    earlier: new EarlierEpochs(jobs),
    growing: { latest: async () => undefined },
    spotEvents: { since: async () => [] },
    note: { find: async () => ({ value: undefined, version: undefined }), replace: async () => true },
    metrics: {
      record: (name, value, dimensions) => void metrics.set(`${name} ${String(Object.values(dimensions)[0])}`, value),
    },
    nowMs: () => NOW_MS,
    log: pino({ level: 'silent' }),
  });
  return metrics;
}

describe('jobs that wait for others to be worth an agent', () => {
  it('count as waiting, and not as left without agents, which would page somebody', async () => {
    const reported = await reportedAt(0.9 * EPOCH_MS);
    expect(reported.get('JobsWaiting medium')).toBe(4);
    expect(reported.get('AgentsDesired medium')).toBe(0);
    expect(reported.get('JobsWithoutAgents medium')).toBe(0);
  });

  it('count as left without agents once agents should be there', async () => {
    const reported = await reportedAt(-60_000);
    expect(reported.get('AgentsDesired medium')).toBeGreaterThan(0);
    expect(reported.get('JobsWithoutAgents medium')).toBe(4);
  });
});
