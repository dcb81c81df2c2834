import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { describe, expect, it } from 'vitest';

import { AgentOutOfReachError, findAgentControl } from '../../../../containers/cli/drill/agent-control.ts';
import type { AgentRecord } from '../../../../shared/ledger/agent-registry.ts';

function anAgent(pid: number, hostname = 'here'): AgentRecord {
  return { agentId: 'agent-1', hostname, pid } as AgentRecord;
}

describe('the way to an agent', () => {
  it.each([
    ['stop', 'SIGTERM'],
    ['kill', 'SIGKILL'],
  ] as const)('can %s its process on this machine', async (how, signal) => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', 'start', '--prover-agent']);
    const control = await findAgentControl(anAgent(child.pid!), { tasks: undefined, host: 'here' });
    const ended = once(child, 'exit');
    await control[how]?.();
    expect(await ended).toEqual([null, signal]);
  });

  it.each([
    ['on another machine', anAgent(process.pid, 'there'), /runs on there, process \d+, which is not reachable/],
    ['whose id another program has', anAgent(process.pid), /is not reachable from here/],
    ['of a broker', anAgent(0), /works through a broker/],
  ])('refuses one %s', async (_which, agent, message) => {
    const finding = findAgentControl(agent, { tasks: undefined, host: 'here' });
    await expect(finding).rejects.toThrow(AgentOutOfReachError);
    await expect(finding).rejects.toThrow(message);
  });

  it('stops a task on ECS, which nothing kills without notice', async () => {
    const stopped: string[] = [];
    const tasks = {
      findTask: async (host: string) => (host === 'there' ? 'arn:task' : undefined),
      stop: async (task: string) => void stopped.push(task),
    };
    const control = await findAgentControl(anAgent(1, 'there'), { tasks, host: 'here' });
    await control.stop();
    expect(control).toMatchObject({ place: 'ECS task arn:task', kill: undefined });
    expect(stopped).toEqual(['arn:task']);
  });
});
