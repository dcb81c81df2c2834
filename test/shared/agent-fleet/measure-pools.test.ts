import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

import { measurePools } from '../../../shared/agent-fleet/measure-pools.ts';
import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';

describe('the measurement of pools', () => {
  async function measured(
    waiting: Partial<Record<Pool, number>>,
    agents: readonly Pick<AgentRecord, 'pools' | 'state'>[],
  ): Promise<{ readonly values: Readonly<Record<string, number>>; readonly lines: readonly string[] }> {
    const values: Record<string, number> = {};
    const lines: string[] = [];
    await measurePools({
      engine: {
        queue: {
          depths: async () =>
            (['urgent', 'normal'] as const).flatMap((lane) =>
              Object.entries(waiting).map(([pool, count]) => ({ pool: pool as Pool, lane, waiting: count, leased: 1 })),
            ),
        },
        agents: { seenWithin: async () => agents as readonly AgentRecord[] },
      },
      metrics: {
        record: (name, value, dimensions) => void (values[[name, ...Object.values(dimensions)].join(' ')] = value),
      },
      log: pino({ level: 'warn' }, { write: (line: string) => lines.push(line) }),
    });
    return { values, lines };
  }

  it('counts jobs of both lanes, and agents that take them', async () => {
    const { values, lines } = await measured({ small: 3 }, [
      { pools: ['small', 'medium'], state: 'proving' },
      { pools: ['small'], state: 'stopped' },
    ]);
    expect(values).toMatchObject({
      'JobsWaiting small': 6,
      'JobsRunning small': 2,
      'AgentsRunning small own': 1,
      'JobsWithoutAgents small': 0,
      'JobsWaiting large': 0,
      'AgentsRunning large own': 0,
    });
    expect(lines).toEqual([]);
  });

  it('warns of a pool whose jobs none of the agents takes', async () => {
    const { values, lines } = await measured({ small: 1, large: 2 }, [{ pools: ['small'], state: 'idle' }]);
    expect(values).toMatchObject({ 'JobsWithoutAgents large': 4, 'JobsWithoutAgents small': 0 });
    expect(lines).toEqual([expect.stringMatching(/"pool":"large".*no agent takes those of their pool/)]);
  });

  it('measures jobs without any agent, and leaves the warning to the one about agents', async () => {
    const { values, lines } = await measured({ gpu: 1 }, []);
    expect(values).toMatchObject({ 'JobsWithoutAgents gpu': 2 });
    expect(lines).toEqual([]);
  });
});
