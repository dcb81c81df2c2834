import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { AgentReporter } from '../../../../containers/agent/heartbeat/agent-reporter.ts';
import type { AgentRecord } from '../../../../shared/ledger/agent-registry.ts';
import { AgentId } from '../../../../shared/ledger/job-ledger.ts';

describe('reporting an agent', () => {
  let written: AgentRecord[];
  let problems: string[];
  let reporter: AgentReporter;
  let agent: AgentRecord;

  beforeEach(() => {
    vi.useFakeTimers();
    written = [];
    problems = [];
    agent = {
      agentId: AgentId.parse('agent-1'),
      pools: ['small'],
      family: 'aztec',
      networkVersion: '4.1.2',
      hostname: 'here',
      pid: 1,
      state: 'starting',
      startedAtMs: Date.now(),
      lastSeenAtMs: Date.now(),
      jobsProven: 0,
    };
    const report = async (record: AgentRecord): Promise<void> => {
      if (record.note === 'unwritable') throw new Error('the disk is full');
      written.push(record);
    };
    reporter = new AgentReporter(
      { report },
      { everySeconds: 10, nowMs: Date.now, onProblem: (problem) => problems.push(problem) },
    );
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('writes a change at once, and the same again at every interval, with the time of the writing', async () => {
    reporter.update(agent);
    await vi.advanceTimersByTimeAsync(25_000);

    expect(written).toHaveLength(3);
    expect(written.map(({ lastSeenAtMs }) => lastSeenAtMs - agent.startedAtMs)).toEqual([0, 10_000, 20_000]);
  });

  it('writes changes that follow each other closely as one: the last', async () => {
    for (let jobsProven = 0; jobsProven < 100; jobsProven++) {
      reporter.update({ ...agent, jobsProven });
      await vi.advanceTimersByTimeAsync(5);
    }
    await vi.advanceTimersByTimeAsync(300);

    expect(written.length).toBeLessThan(5);
    expect(written.at(-1)?.jobsProven).toBe(99);
  });

  it('goes on after a record could not be written', async () => {
    reporter.update({ ...agent, note: 'unwritable' });
    await vi.advanceTimersByTimeAsync(1000);
    reporter.update(agent);
    await vi.advanceTimersByTimeAsync(1000);

    expect(problems).toEqual(['agent record not written: the disk is full']);
    expect(written).toHaveLength(1);
  });

  it('writes the last word and nothing after it', async () => {
    reporter.update(agent);
    await reporter.stop({ ...agent, state: 'stopped' });
    await vi.advanceTimersByTimeAsync(60_000);

    expect(written.map(({ state }) => state)).toEqual(['stopped']);
  });
});
