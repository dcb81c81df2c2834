import { describe, expect, it } from 'vitest';

import { isHealthy, renderChecks } from '../../../containers/health/health-check.ts';
import { CATCHING_UP, RunningNodeHealth, type RunningNodeHealthDeps } from '../../../containers/node/node-health.ts';
import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';

const AT_MS = 1_800_000_000_000;

function healthOf(change: Partial<RunningNodeHealthDeps> = {}): RunningNodeHealth {
  return new RunningNodeHealth({
    readVitals: async () => ({
      lastLookAtMs: AT_MS,
      provingEpochs: [],
      l1ReadUntilMs: AT_MS,
      networkVersion: '4.1.2',
      proverId: '0x01',
    }),
    lastLookAtMs: () => AT_MS,
    disagreement: () => undefined,
    agents: registryOf('idle'),
    funds: { shortage: undefined },
    nowMs: () => AT_MS,
    ...change,
  });
}

function registryOf(...states: AgentRecord['state'][]): NonNullable<RunningNodeHealthDeps['agents']> {
  return { seenWithin: async () => states.map((state) => ({ state }) as AgentRecord) };
}

describe('the readiness of a node', () => {
  it('holds when it is synced, reads L1, has agents and can pay', async () => {
    const checks = await healthOf().ready();
    expect(checks.map(({ name }) => name)).toEqual(['synced', 'l1', 'agents', 'funds']);
    expect(isHealthy(checks)).toBe(true);
  });

  it.each<[string, Partial<RunningNodeHealthDeps>, string]>([
    ['no agents', { agents: registryOf() }, 'agents: no agent was seen in the last 120 s: start agents'],
    ['agents that have stopped', { agents: registryOf('stopped') }, 'agents: no agent was seen'],
    ['no ether', { funds: { shortage: 'the publisher 0x1 cannot pay' } }, 'funds: the publisher 0x1 cannot pay'],
    [
      'an L1 that stands still',
      {
        readVitals: async () => ({
          lastLookAtMs: AT_MS,
          provingEpochs: [],
          l1ReadUntilMs: AT_MS - 200_000,
          networkVersion: '4.1.2',
          proverId: '0x01',
        }),
      },
      'l1: the newest L1 block that the node has read is 200 s old',
    ],
  ])('ends with %s', async (_name, change, text) => {
    const checks = await healthOf(change).ready();
    expect(isHealthy(checks)).toBe(false);
    expect(renderChecks(checks)).toContain(text);
  });

  it('needs no agents where they come with the work', async () => {
    expect(isHealthy(await healthOf({ agents: undefined }).ready())).toBe(true);
  });

  it('begins with the sync, during which the node lives', async () => {
    expect(isHealthy(CATCHING_UP.live())).toBe(true);
    expect(renderChecks(await CATCHING_UP.ready())).toBe('synced: catching up with L1\n');
  });
});

describe('the life of a node', () => {
  it('ends when it no longer checks for epochs: only a restart helps', () => {
    expect(isHealthy(healthOf({ lastLookAtMs: () => AT_MS - 599_999 }).live())).toBe(true);
    expect(isHealthy(healthOf({ lastLookAtMs: () => AT_MS - 600_000 }).live())).toBe(false);
  });

  it('counts from the start before the first check', () => {
    let nowMs = AT_MS;
    const health = healthOf({ lastLookAtMs: () => undefined, nowMs: () => nowMs });
    nowMs += 599_999;
    expect(isHealthy(health.live())).toBe(true);
    nowMs += 1;
    expect(isHealthy(health.live())).toBe(false);
  });
});
