import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';

import { afterEach, describe, expect, it } from 'vitest';

import { takeAgentId } from '../../../../containers/cli/start/take-agent-id.ts';

describe('the name of an agent that was given none', () => {
  /** Others run agents on this machine too. */
  const prefix = `test-agent-${randomUUID()}`;
  const agents: ChildProcess[] = [];
  afterEach(async () => {
    await Promise.all(agents.splice(0).map(kill));
  });

  async function startAgent(): Promise<{ readonly agent: ChildProcess; readonly id: string }> {
    const agent = fork(new URL('processes/hold-agent-id.ts', import.meta.url), [prefix]);
    agents.push(agent);
    const [id] = (await once(agent, 'message')) as [string];
    return { agent, id };
  }

  async function kill(agent: ChildProcess): Promise<void> {
    if (agent.exitCode !== null || agent.signalCode !== null) return;
    const exit = once(agent, 'exit');
    agent.kill('SIGKILL');
    await exit;
  }

  it('is no other running agent’s on this machine', async () => {
    const ids = [
      (await startAgent()).id,
      (await startAgent()).id,
      await takeAgentId(prefix),
      await takeAgentId(prefix),
    ];
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id.startsWith(`${hostname()}-`)).toBe(true);
  });

  it('is the same again after the agent was killed', async () => {
    const { agent, id } = await startAgent();
    await kill(agent);
    expect((await startAgent()).id).toBe(id);
  });
});
