import { hostname } from 'node:os';

import type { EcsAgentTasks } from '../../../shared/engine/aws/fleet/ecs-agent-tasks.ts';
import type { AgentRecord } from '../../../shared/ledger/agent-registry.ts';
import { commandLineOf } from '../../processes/command-line-of.ts';

/** A running agent that a drill can reach from outside. */
export interface AgentControl {
  /** Where it runs, for people. */
  readonly place: string;
  stop(): Promise<void>;
  /** `undefined` where nothing outside can kill it without notice: then the agent has to end itself. */
  readonly kill: (() => Promise<void>) | undefined;
}

/** No signal reaches the agent from here. */
export class AgentOutOfReachError extends Error {
  override readonly name = 'AgentOutOfReachError';
  readonly agentId: string;

  constructor({ agentId, hostname: host, pid }: AgentRecord) {
    super(
      pid === 0
        ? `agent ${agentId} works through a broker, which does not know its process: stop it on its machine`
        : `agent ${agentId} runs on ${host}, process ${pid}, which is not reachable from here: run the drill on that machine, as the user that runs the agent`,
    );
    this.agentId = agentId;
  }
}

interface FindControlDeps {
  /** `undefined` on the embedded engine. */
  readonly tasks: Pick<EcsAgentTasks, 'findTask' | 'stop'> | undefined;
  /** @default this machine's */
  readonly host?: string;
}

/** What the command line of a process has that a drill may end. */
const AGENT_ROLES = ['--prover-agent', '--agent-gateway'];

/**
 * Finds the process of an agent on this machine, or else its task in ECS.
 * @throws {AgentOutOfReachError}
 */
export async function findAgentControl(
  agent: AgentRecord,
  { tasks, host = hostname() }: FindControlDeps,
): Promise<AgentControl> {
  const { pid } = agent;
  // Another process may have its id by now, or the id may be one of a container.
  const isHere = agent.hostname === host && isAgent(commandLineOf(pid));
  if (isHere) {
    return {
      place: `process ${pid} on this machine`,
      stop: async () => void process.kill(pid, 'SIGTERM'),
      kill: async () => void process.kill(pid, 'SIGKILL'),
    };
  }
  const task = await tasks?.findTask(agent.hostname);
  if (task === undefined || tasks === undefined) throw new AgentOutOfReachError(agent);
  return { place: `ECS task ${task}`, stop: () => tasks.stop(task, 'coppice drill'), kill: undefined };
}

function isAgent(commandLine: string | undefined): boolean {
  return AGENT_ROLES.some((role) => commandLine?.includes(role));
}
