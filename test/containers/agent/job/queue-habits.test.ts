import { describe, expect, it } from 'vitest';

import { describeIdleCost, QUEUE_HABITS } from '../../../../containers/agent/job/queue-habits.ts';

describe('what an idle agent costs', () => {
  it('is told of an agent on AWS that asks several pools', () => {
    expect(describeIdleCost(['small', 'medium', 'large', 'gpu'], QUEUE_HABITS.aws)).toBe(
      'this agent asks the queues of 4 pools (small, medium, large, gpu): idle, it pays for 1440 requests to SQS an hour, ' +
        '0.014 dollars a day, 4 times what an agent of one pool pays. In a fleet, give each agent one pool with ' +
        '--agent-pools (COPPICE_AGENT_POOLS)',
    );
  });

  it('is not worth a word with one pool, or where requests cost nothing', () => {
    expect(describeIdleCost(['small'], QUEUE_HABITS.aws)).toBeUndefined();
    expect(describeIdleCost(['small', 'medium'], QUEUE_HABITS.embedded)).toBeUndefined();
  });
});
