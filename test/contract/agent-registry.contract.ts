import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { AgentRecord, AgentRegistry } from '../../shared/ledger/agent-registry.ts';
import { AgentId } from '../../shared/ledger/job-ledger.ts';
import { speedClassOf } from '../../shared/proving-job/speed-class.ts';
import { aNewJob } from './a-new-job.ts';

export interface AgentRegistryHarness {
  readonly agents: AgentRegistry;
  nowMs(): number;
  elapse(seconds: number): Promise<void>;
  close(): Promise<void>;
}

export function describeAgentRegistryContract(adapter: string, open: () => Promise<AgentRegistryHarness>): void {
  describe(`AgentRegistry contract: ${adapter}`, () => {
    let harness: AgentRegistryHarness;
    let agents: AgentRegistry;
    beforeEach(async () => {
      harness = await open();
      agents = harness.agents;
    });
    afterEach(() => harness.close());

    const anAgent = (agentId: string, overrides: Partial<AgentRecord> = {}): AgentRecord => ({
      agentId: AgentId.parse(agentId),
      pools: ['small', 'medium'],
      family: 'aztec',
      networkVersion: '4.1.2',
      hostname: 'prover-1',
      pid: 4321,
      state: 'idle',
      startedAtMs: harness.nowMs(),
      lastSeenAtMs: harness.nowMs(),
      jobsProven: 0,
      ...overrides,
    });

    it('is empty before the first report', async () => {
      expect(await agents.seenWithin(3600)).toEqual([]);
    });

    it('returns the whole of an agent’s last report', async () => {
      const proving = anAgent('a', {
        state: 'proving',
        jobId: aNewJob().id,
        jobSinceMs: 17,
        busyShare: 0.93,
        speedClass: speedClassOf(4),
        note: 'prefetching',
      });
      await agents.report(proving);
      expect(await agents.seenWithin(60)).toStrictEqual([proving]);
      const idle = anAgent('a', { jobsProven: 1 });
      await agents.report(idle);
      expect(await agents.seenWithin(60)).toStrictEqual([idle]);
    });

    it('lists agents by id, without those last seen too long ago', async () => {
      await agents.report(anAgent('gone'));
      await harness.elapse(50);
      await agents.report(anAgent('b'));
      await agents.report(anAgent('a'));
      await harness.elapse(20);
      expect((await agents.seenWithin(60)).map(({ agentId }) => agentId)).toEqual(['a', 'b']);
    });
  });
}
