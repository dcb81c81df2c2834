import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What the bench says to its agents: take jobs from `source` until told to stop. */
export type AgentOrder = { readonly order: 'start'; readonly source: string } | { readonly order: 'stop' };

/** Processes that claim and settle when told to, and that are still otherwise, so that one side never slows the other. */
export interface AgentPool {
  start(source: string): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** Starts `count` processes of an agent program, which answers `ready`, and every order once it is done. */
export async function startAgentPool(program: string, count: number): Promise<AgentPool> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const agents = Array.from({ length: count }, () => fork(path, { execArgv: [] }));
  await Promise.all(agents.map((agent) => answerOf(agent)));
  const orderAll = async (order: AgentOrder): Promise<void> => {
    await Promise.all(
      agents.map((agent) => {
        agent.send(order);
        return answerOf(agent);
      }),
    );
  };
  return {
    start: (source) => orderAll({ order: 'start', source }),
    stop: () => orderAll({ order: 'stop' }),
    close: async () => {
      await Promise.all(
        agents.map(async (agent) => {
          const exited = once(agent, 'exit');
          agent.disconnect();
          await exited;
        }),
      );
    },
  };
}

async function answerOf(agent: ChildProcess): Promise<void> {
  const answered = new AbortController();
  const { signal } = answered;
  try {
    await Promise.race([
      once(agent, 'message', { signal }),
      once(agent, 'exit', { signal }).then(([code]) => {
        throw new Error(`an agent of the bench exited with ${String(code)}`);
      }),
    ]);
  } finally {
    // Stops listening for the one that did not come.
    answered.abort();
  }
}
