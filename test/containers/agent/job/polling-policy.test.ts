import { describe, expect, it } from 'vitest';

import { describeIdleCost, POLLING_POLICIES } from '../../../../containers/agent/job/polling-policy.ts';

describe('what an idle agent costs', () => {
  it('is reported for an agent on AWS that polls several pools', () => {
    expect(describeIdleCost(['small', 'medium', 'large', 'gpu'], POLLING_POLICIES.aws)).toBe(
      'this agent polls the queues of 4 pools (small, medium, large, gpu): while idle it pays for 1440 requests to SQS an hour, ' +
        '0.014 dollars a day, 4 times what an agent of one pool pays. In a fleet, give each agent one pool with ' +
        '--agent-pools (COPPICE_AGENT_POOLS)',
    );
  });

  it('is not reported for one pool, or where requests cost nothing', () => {
    expect(describeIdleCost(['small'], POLLING_POLICIES.aws)).toBeUndefined();
    expect(describeIdleCost(['small', 'medium'], POLLING_POLICIES.embedded)).toBeUndefined();
  });
});
