import { pino } from 'pino';
import { expect, it } from 'vitest';

import { BrokerJobs, type BrokerJobsDeps } from '../../../../containers/agent/broker/broker-jobs.ts';

it('polls on, though the clock is set back by an hour during a call', async () => {
  let nowMs = 1_800_000_000_000;
  let polls = 0;
  const stop = new AbortController();
  const api = {
    getProvingJob: async () => {
      polls += 1;
      nowMs -= 3_600_000;
      return undefined;
    },
  };
  const jobs = new BrokerJobs({ circuits: [], filter: { allowList: [] }, pollMs: 5 }, {
    api,
    drain: { hasBegun: () => false },
    log: pino({ level: 'silent' }),
    nowMs: () => nowMs,
  } as unknown as BrokerJobsDeps);
  const claim = (): Promise<unknown> => jobs.claimer.claim({ waitSeconds: 1, signal: stop.signal });
  await claim();
  await claim();
  expect(polls).toBe(2);
});
