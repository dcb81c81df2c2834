import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Drain } from '../../../../containers/agent/drain.ts';
import { HeldJob } from '../../../../containers/agent/job/held-job.ts';
import {
  type ClaimedJob,
  JobClaimer,
  type JobClaimerDeps,
  type JobClaimerOptions,
} from '../../../../containers/agent/job/job-claimer.ts';
import { POLLING_POLICIES } from '../../../../containers/agent/job/polling-policy.ts';
import { AgentId } from '../../../../shared/ledger/job-ledger.ts';
import { makeRollupId } from '../../../../shared/proving-job/epoch-id.ts';
import { epochId } from '../../../fixtures/epoch-id.ts';
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

  const claimerOf = (deps: Partial<JobClaimerDeps> = {}, options: Partial<JobClaimerOptions> = {}): JobClaimer => {
    const { engine } = fleet;
    const log = pino({ level: 'silent' });
    const nowMs = Date.now;
    return new JobClaimer(
      {
        agentId: AgentId.parse('ours'),
        pools: ['medium'],
        circuits: ['PARITY_BASE'],
        versions: new Map([['aztec', '4.1.2']]),
        leaseSeconds: 60,
        polling: POLLING_POLICIES.embedded,
        ...options,
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
        ...deps,
      },
    );
  };

  it('leaves a job, at no cost, until the machine has the memory for its proof', async () => {
    const reasons: string[] = [];
    const take = vi.fn().mockReturnValueOnce(false).mockReturnValue(true);
    const memory = { take, giveBack: vi.fn() };
    const claimer = claimerOf({ memory, onRefused: (reason) => reasons.push(reason) });
    const id = await fleet.addJob({ act: 'prove' });

    expect(await claimer.claim({ waitSeconds: 0, signal: NEVER })).toBeUndefined();
    expect(await fleet.job(id)).toMatchObject({ state: 'queued', attempts: { 'lost-agent': 0, failure: 0 } });
    expect(reasons).toEqual(['left PARITY_BASE until the machine has the memory for it: other agents prove']);

    expect((await untilClaimed(claimer)).held.record.id).toBe(id);
    expect(memory.giveBack).not.toHaveBeenCalled();
  });

  it('gives back the memory of a job that it does not get after all', async () => {
    const memory = { take: () => true, giveBack: vi.fn() };
    const id = await fleet.addJob({ act: 'prove' });
    const engine = interceptCalls(fleet.engine, 'jobs', 'claim', () => Promise.reject(new Error('the ledger is away')));

    await expect(claimerOf({ memory, engine }).claim({ waitSeconds: 0, signal: NEVER })).rejects.toThrow('is away');

    expect(memory.giveBack).toHaveBeenCalledExactlyOnceWith(id);
  });

  it('leaves, with keys that hold only on development chains, the jobs of other chains', async () => {
    const reasons: string[] = [];
    const claimer = claimerOf({ onRefused: (reason) => reasons.push(reason) }, { isForDevelopmentChains: true });
    const mainnet = epochId(7, makeRollupId(1, `0x${'aa'.repeat(20)}`));
    const id = await fleet.addJob({ act: 'prove' }, 'PARITY_BASE', mainnet);

    expect(await claimer.claim({ waitSeconds: 0, signal: NEVER })).toBeUndefined();

    expect(await fleet.job(id)).toMatchObject({ state: 'queued', attempts: { 'lost-agent': 0, failure: 0 } });
    expect(reasons).toEqual([
      expect.stringMatching(/^left .+, which is not of a development chain: this agent's keys/),
    ]);

    const ofDevelopmentChain = await fleet.addJob({ act: 'prove' });
    expect((await untilClaimed(claimer)).held.record.id).toBe(ofDevelopmentChain);
  });

  it('gives the job back at no cost when the store does not respond with its inputs in time', async () => {
    const getting = Promise.withResolvers<undefined>();
    const engine = interceptCalls(fleet.engine, 'proofs', 'get', () => {
      getting.resolve(undefined);
      return new Promise(() => undefined);
    });
    const claimer = claimerOf({ engine });
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

/** A claim may end without a job, to let other agents go first. */
async function untilClaimed(claimer: JobClaimer): Promise<ClaimedJob> {
  for (;;) {
    const claimed = await claimer.claim({ waitSeconds: 1, signal: NEVER });
    if (claimed !== undefined) return claimed;
  }
}
