import { expect, it } from 'vitest';

import { warnWithoutCanaryAgents } from '../../../containers/canary/warn-without-canary-agents.ts';
import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import { AgentId } from '../../../shared/ledger/job-ledger.ts';

function anAgent(family: string, state: AgentRecord['state'] = 'idle'): AgentRecord {
  const agentId = AgentId.parse(`agent-${family}-${state}`);
  const machine = { hostname: 'here', pid: 1, networkVersion: '4.1.2', pools: ['small' as const] };
  return { agentId, family, state, ...machine, startedAtMs: 0, lastSeenAtMs: 0, jobsProven: 0 };
}

async function linesFor(...agents: readonly AgentRecord[]): Promise<string[]> {
  const lines: string[] = [];
  const registry = { report: () => expect.fail(), seenWithin: () => Promise.resolve(agents) };
  await warnWithoutCanaryAgents({ agents: registry, say: (line) => lines.push(line) });
  return lines;
}

it('says what to start when no agent of the fleet proves canaries', async () => {
  const advice =
    'of this fleet proves canaries, so the jobs wait: start agents on it with --agent-families aztec,canary';
  expect(await linesFor()).toEqual([`no agent ${advice}`]);
  expect(await linesFor(anAgent('canary', 'stopped'))).toEqual([`no agent ${advice}`]);
  expect(await linesFor(anAgent('aztec'), anAgent('aztec', 'proving'))).toEqual([`none of 2 agents ${advice}`]);
});

it('says nothing when an agent does', async () => {
  expect(await linesFor(anAgent('aztec'), anAgent('aztec,canary'))).toEqual([]);
});
