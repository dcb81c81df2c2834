import { describe, expect, it } from 'vitest';

import { agentsOfFleet, speedsOfFleet } from '../../../containers/epoch-view/agents-of-fleet.ts';
import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import type { FleetDecisionRecord } from '../../../shared/ledger/decision-log.ts';
import { AgentId } from '../../../shared/ledger/job-ledger.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { speedClassOf } from '../../../shared/proving-job/speed-class.ts';

const NOW_MS = 1_800_000_000_000;
const EPOCH = { networkVersion: '4.1.2', shape: undefined };

function anAgent(pools: readonly Pool[], change: Partial<AgentRecord> = {}): AgentRecord {
  return {
    agentId: AgentId.parse('agent-1'),
    pools: [...pools],
    family: 'aztec',
    networkVersion: '4.1.2',
    hostname: 'host',
    pid: 1,
    state: 'idle',
    startedAtMs: NOW_MS,
    lastSeenAtMs: NOW_MS,
    jobsProven: 0,
    ...change,
  };
}

function aDecision(atMs: number, pool: Pool, spot: number, od: number): FleetDecisionRecord {
  const agents = { was: { spot: 0, od: 0, running: 0 }, spot, od, dollarsPerHour: 0 };
  const jobs = { workSeconds: 0, waitingJobs: 0, runningJobs: 0, reason: '' };
  return { kind: 'fleet', atMs, epochs: [], pools: [{ pool, ...agents, ...jobs }], dollarsPerHour: 0, reason: '' };
}

describe('the agents of a fleet', () => {
  it('are those that prove for the epoch, by the pools that they serve', () => {
    const agents = [
      anAgent(['small', 'medium']),
      anAgent(['small', 'medium']),
      anAgent(['large']),
      anAgent(['large'], { state: 'draining' }),
      anAgent(['large'], { networkVersion: '5.2.0' }),
      anAgent(['large'], { family: 'canary' }),
    ];
    expect(agentsOfFleet(agents, undefined, EPOCH, NOW_MS)).toEqual({
      slots: [
        { pools: ['small', 'medium'], slots: 2, inSeconds: 0 },
        { pools: ['large'], slots: 1, inSeconds: 0 },
      ],
      scaling: undefined,
    });
  });

  it('are also those that the scaler has ordered and that have not come up yet', () => {
    const decision = aDecision(NOW_MS - 30_000, 'large', 3, 1);
    const { slots, scaling } = agentsOfFleet([anAgent(['large'])], decision, EPOCH, NOW_MS);
    expect(slots).toMatchObject([
      { pools: ['large'], slots: 1, inSeconds: 0 },
      { pools: ['large'], slots: 3 },
    ]);
    expect(slots[1]?.inSeconds).toBeGreaterThan(0);
    expect(scaling?.pools).toEqual(['large']);
  });

  it('are not what a scaler decided that has not run for a while', () => {
    const decision = aDecision(NOW_MS - 600_000, 'large', 3, 1);
    expect(agentsOfFleet([], decision, EPOCH, NOW_MS)).toEqual({ slots: [], scaling: undefined });
  });
});

describe('the speeds of a fleet', () => {
  const agents = [
    anAgent(['large'], { speedClass: speedClassOf(4) }),
    anAgent(['large'], { speedClass: speedClassOf(4) }),
    anAgent(['large', 'small'], { speedClass: speedClassOf(1) }),
    anAgent(['small'], { speedClass: speedClassOf(8), state: 'stopped' }),
    anAgent(['small'], { speedClass: speedClassOf(8), networkVersion: '5.2.0' }),
    anAgent(['medium']),
  ];

  it('are those of the agents of a pool that prove for the version, and have measured theirs', () => {
    const speedsOf = speedsOfFleet(agents, undefined)('4.1.2');
    expect([speedsOf('large'), speedsOf('small'), speedsOf('medium')]).toEqual([[4, 4, 1], [1], []]);
    expect(speedsOfFleet(agents, undefined)('5.2.0')('small')).toEqual([8]);
  });

  it('are that of the machine where no agent measures its own', () => {
    expect(speedsOfFleet(agents, speedClassOf(2))('4.1.2')('medium')).toEqual([2]);
  });
});
