import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

import { AgentWarning } from '../../../shared/agent-fleet/warn-without-agents.ts';
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
  /** Checks once for each of these states of the fleet. */
  async function warnings(
    ...minutes: readonly { readonly waiting: number; readonly agents: readonly AgentRecord[] }[]
  ): Promise<{ readonly logged: readonly string[]; readonly incidents: readonly string[] }> {
    const logged: string[] = [];
    const incidents: string[] = [];
    let minute = 0;
    const now = () => minutes[minute]!;
    const warning = new AgentWarning({
      engine: {
        queue: { depths: async () => [{ pool: 'small', lane: 'normal', waiting: now().waiting, leased: 0 }] },
        agents: { seenWithin: async () => now().agents },
        incidents: { report: async ({ kind }) => void incidents.push(kind) },
      },
      log: pino({ level: 'warn' }, { write: (line: string) => logged.push(line) }),
    });
    for (; minute < minutes.length; minute += 1) await warning.check();
    return { logged, incidents };
  }

  it('is logged while jobs wait and no agent was seen', async () => {
    expect((await warnings({ waiting: 3, agents: [] })).logged).toEqual([
      expect.stringContaining('jobs wait and no agent was seen in the last 120 s: start agents on this fleet'),
    ]);
    expect((await warnings({ waiting: 3, agents: [{ ...AGENT, state: 'stopped' }] })).logged).toHaveLength(1);
  });

  it('is not logged with an agent, nor without jobs', async () => {
    expect((await warnings({ waiting: 3, agents: [AGENT] }, { waiting: 0, agents: [] })).logged).toEqual([]);
  });

  it('becomes an incident the second time in a row, and not again while it lasts', async () => {
    const without = { waiting: 3, agents: [] };
    const well = { waiting: 3, agents: [AGENT] };
    expect((await warnings(without, well, without)).incidents).toEqual([]);
    expect((await warnings(without, without, without)).incidents).toEqual(['no-agents']);
    expect((await warnings(without, without, well, without, without)).incidents).toEqual(['no-agents', 'no-agents']);
  });
});
