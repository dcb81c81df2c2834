import { describe, expect, it } from 'vitest';

import { busyShares } from '../../../containers/console/read/busy-shares.ts';
import { AgentId } from '../../../shared/ledger/job-ledger.ts';

const NOW_MS = 10_000_000;
const AGENT = AgentId.parse('agent-1');
const MINUTE_MS = 60_000;

describe('how busy an agent is', () => {
  const shareOf = (
    agent: { readonly upMinutes: number; readonly jobMinutes?: number },
    jobs: readonly (readonly [fromMinutes: number, untilMinutes: number])[],
  ): number | undefined =>
    busyShares(
      [
        {
          agentId: AGENT,
          startedAtMs: NOW_MS - agent.upMinutes * MINUTE_MS,
          ...(agent.jobMinutes !== undefined && { jobSinceMs: NOW_MS - agent.jobMinutes * MINUTE_MS }),
        },
      ],
      jobs.map(([from, until]) => ({
        state: 'proven',
        provenBy: AGENT,
        claimedAtMs: NOW_MS - from * MINUTE_MS,
        settledAtMs: NOW_MS - until * MINUTE_MS,
      })),
      NOW_MS,
    ).get(AGENT);

  it('is the share of the last ten minutes in which it had a job', () => {
    expect(shareOf({ upMinutes: 60 }, [])).toBe(0);
    expect(
      shareOf({ upMinutes: 60 }, [
        [8, 6],
        [4, 3],
      ]),
    ).toBeCloseTo(0.3);
    expect(shareOf({ upMinutes: 60, jobMinutes: 2 }, [[8, 6]])).toBeCloseTo(0.4);
  });

  it('leaves out what was before, and a job of more than ten minutes fills all of them', () => {
    expect(shareOf({ upMinutes: 60 }, [[30, 9]])).toBeCloseTo(0.1);
    expect(shareOf({ upMinutes: 60 }, [[30, 20]])).toBe(0);
    expect(shareOf({ upMinutes: 60, jobMinutes: 25 }, [])).toBe(1);
  });

  it('counts from its start where it is younger', () => {
    expect(shareOf({ upMinutes: 4, jobMinutes: 1 }, [])).toBeCloseTo(0.25);
  });
});
