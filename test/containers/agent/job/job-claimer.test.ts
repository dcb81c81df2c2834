import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Drain } from '../../../../containers/agent/drain.ts';
import { HeldJob } from '../../../../containers/agent/job/held-job.ts';
import { JobClaimer } from '../../../../containers/agent/job/job-claimer.ts';
import { POLLING_POLICIES } from '../../../../containers/agent/job/polling-policy.ts';
import { AgentId } from '../../../../shared/ledger/job-ledger.ts';
import { interceptCalls } from '../../../fixtures/intercept-calls.ts';
import { TestFleet } from '../../../fixtures/test-fleet.ts';

const NEVER = new AbortController().signal;

describe('claiming a job', () => {
  let fleet: TestFleet;

  beforeEach(async () => {
    fleet = await TestFleet.open();
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await fleet.close();
  });

  it('gives the job back at no cost when the store does not respond with its inputs in time', async () => {
    const getting = Promise.withResolvers<undefined>();
    const engine = interceptCalls(fleet.engine, 'proofs', 'get', () => {
      getting.resolve(undefined);
      return new Promise(() => undefined);
    });
    const log = pino({ level: 'silent' });
    const nowMs = Date.now;
    const claimer = new JobClaimer(
      {
        agentId: AgentId.parse('ours'),
        pools: ['medium'],
        circuits: ['PARITY_BASE'],
        versions: new Map([['aztec', '4.1.2']]),
        leaseSeconds: 60,
        polling: POLLING_POLICIES.embedded,
      },
      {
        engine,
        hold: (record, leases) => {
          const kept = { leases, lost: NEVER, drop: () => Promise.resolve() };
          return new HeldJob(record, kept, {
            engine,
            pools: ['medium'],
            ownFailures: { note: () => undefined },
            log,
            nowMs,
          });
        },
        isHeld: () => false,
        ownFailures: { areOthersAheadFor: () => Promise.resolve(false) },
        drain: new Drain(NEVER, 25, nowMs),
        log,
        nowMs,
        onRefused: () => undefined,
      },
    );
    const timeIsUp = new AbortController();
    vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(timeIsUp.signal);
    const id = await fleet.addJob({ act: 'prove' });

    const claim = claimer.claim({ waitSeconds: 0, signal: NEVER });
    claim.catch(() => undefined);
    await getting.promise;
    timeIsUp.abort('the time is up');

    await expect(claim).rejects.toThrow('interrupted: the time is up');
    expect(await fleet.job(id)).toMatchObject({ state: 'queued', attempts: { 'lost-agent': 0, failure: 0 } });
  });
});
