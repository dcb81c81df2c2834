import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { mayPrefetch, PoolOutlook } from '../../../../containers/agent/job/prefetch-rule.ts';
import type { AgentRecord } from '../../../../shared/ledger/agent-registry.ts';
import { AgentId } from '../../../../shared/ledger/job-ledger.ts';
import { TestFleet } from '../../../fixtures/test-fleet.ts';

describe('whether a busy agent may claim ahead', () => {
  it.for([
    ['near the end, with a job left for every other agent', { leftMs: 500, waiting: 3, otherAgents: 2 }, true],
    ['near the end, alone in the fleet', { leftMs: 500, waiting: 1, otherAgents: 0 }, true],
    ['over the expected time', { leftMs: -500, waiting: 3, otherAgents: 2 }, true],
    ['a long way from the end', { leftMs: 60_000, waiting: 1000, otherAgents: 2 }, false],
    ['with as many jobs as other agents', { leftMs: 500, waiting: 2, otherAgents: 2 }, false],
    ['with nothing waiting', { leftMs: 500, waiting: 0, otherAgents: 0 }, false],
    ['with a circuit that was never proven here', { leftMs: undefined, waiting: 1000, otherAgents: 0 }, false],
  ] as const)('%s', ([, outlook, expected]) => {
    expect(mayPrefetch({ leadMs: 2000, ...outlook })).toBe(expected);
  });
});

describe('what an agent counts before it claims ahead', () => {
  let fleet: TestFleet;

  beforeEach(async () => {
    fleet = await TestFleet.open();
  });

  afterEach(async () => {
    await fleet.close();
  });

  it('counts the visible messages in its pools, and the other agents that work in them', async () => {
    const { engine } = fleet;
    const reports: [string, Pick<AgentRecord, 'state' | 'pools'>][] = [
      ['ours', { state: 'proving', pools: ['medium'] }],
      ['idle', { state: 'idle', pools: ['small', 'medium'] }],
      ['proving', { state: 'proving', pools: ['medium'] }],
      ['elsewhere', { state: 'idle', pools: ['large'] }],
      ['leaving', { state: 'draining', pools: ['medium'] }],
      ['gone', { state: 'stopped', pools: ['medium'] }],
      ['coming', { state: 'starting', pools: ['medium'] }],
    ];
    for (const [name, part] of reports) {
      await engine.agents.report({
        agentId: AgentId.parse(name),
        family: 'aztec',
        networkVersion: '4.1.2',
        hostname: 'here',
        pid: 1,
        startedAtMs: Date.now(),
        lastSeenAtMs: Date.now(),
        jobsProven: 0,
        ...part,
      });
    }
    await fleet.addJob({ act: 'prove' }, 'PARITY_BASE');
    await fleet.addJob({ act: 'prove' }, 'PARITY_ROOT');
    await fleet.addJob({ act: 'prove' }, 'PUBLIC_CHONK_VERIFIER');
    await fleet.addJob({ act: 'prove' }, 'ROOT_ROLLUP');
    await engine.queue.claim(['medium'], { waitSeconds: 0 });

    const outlook = new PoolOutlook(
      engine,
      { agentId: AgentId.parse('ours'), pools: ['medium'], agentsSeenWithinSeconds: 60, agentCountMaxAgeSeconds: 0 },
      Date.now,
    );

    expect(await outlook.read()).toMatchObject({ waiting: 2, otherAgents: 2 });
  });

  it('counts the other agents again only when its count is too old', async () => {
    const { engine } = fleet;
    let counts = 0;
    let nowMs = 0;
    const outlook = new PoolOutlook(
      {
        queue: engine.queue,
        agents: { ...engine.agents, seenWithin: async () => ((counts += 1), []) },
      },
      { agentId: AgentId.parse('ours'), pools: ['medium'], agentsSeenWithinSeconds: 60, agentCountMaxAgeSeconds: 30 },
      () => nowMs,
    );
    expect(await outlook.read()).toMatchObject({ waiting: 0 });
    await fleet.addJob({ act: 'prove' }, 'PARITY_BASE');
    nowMs = 29_999;
    expect(await outlook.read()).toMatchObject({ waiting: 1 });
    expect(counts).toBe(1);
    nowMs = 30_000;
    await outlook.read();
    expect(counts).toBe(2);
  });
});
