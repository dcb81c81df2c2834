import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

import { warnWithoutAgents } from '../../../shared/agent-fleet/warn-without-agents.ts';
import { AgentRecord } from '../../../shared/ledger/agent-registry.ts';

const AGENT = AgentRecord.parse({
  agentId: 'agent-1',
  pools: ['small'],
  family: 'aztec',
  networkVersion: '4.1.2',
  hostname: 'host',
  pid: 1,
  state: 'idle',
  startedAtMs: 0,
  lastSeenAtMs: 0,
  jobsProven: 0,
});

describe('the warning about missing agents', () => {
  async function warnings(waiting: number, agents: readonly AgentRecord[]): Promise<readonly string[]> {
    const lines: string[] = [];
    await warnWithoutAgents({
      queue: { depths: async () => Promise.resolve([{ pool: 'small', lane: 'normal', waiting, leased: 0 }]) },
      agents: { seenWithin: async () => Promise.resolve(agents), report: async () => Promise.resolve() },
      log: pino({ level: 'warn' }, { write: (line: string) => lines.push(line) }),
    });
    return lines;
  }

  it('is logged while jobs wait and no agent was seen', async () => {
    expect(await warnings(3, [])).toEqual([
      expect.stringContaining('jobs wait and no agent was seen in the last 120 s: start agents on this fleet'),
    ]);
    expect(await warnings(3, [{ ...AGENT, state: 'stopped' }])).toHaveLength(1);
  });

  it('is not logged with an agent, nor without jobs', async () => {
    expect(await warnings(3, [AGENT])).toEqual([]);
    expect(await warnings(0, [])).toEqual([]);
  });
});
