import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** An order to an agent: take jobs from `source` until the order to stop. */
export type AgentOrder<Source> = { readonly order: 'start'; readonly source: Source } | { readonly order: 'stop' };

/** Processes that claim and settle jobs on order and are otherwise idle, so that one side never slows the other. */
export interface AgentPool<Source> {
  /** @param numbers which of them. @default all */
  start(source: Source, numbers?: readonly number[]): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts `count` processes of an agent program, which reports when it is ready and when an order is done.
 * @param program calls `followOrders`; its arguments are the agent's number, from 0, and `programArguments`
 */
export async function startAgentPool<Source extends string | object>(
  program: URL,
  count: number,
  programArguments: readonly string[] = [],
): Promise<AgentPool<Source>> {
  const agents = Array.from({ length: count }, (_, number) =>
    fork(program, [String(number), ...programArguments], { execArgv: [] }),
  );
  await Promise.all(agents.map((agent) => answerOf(agent)));
  let atWork: ChildProcess[] = [];
  const order = async (ordered: readonly ChildProcess[], message: AgentOrder<Source>): Promise<void> => {
    await Promise.all(
      ordered.map((agent) => {
        agent.send(message);
        return answerOf(agent);
      }),
    );
  };
  return {
    start: async (source, numbers) => {
      atWork = agents.filter((_, number) => numbers?.includes(number) ?? true);
      await order(atWork, { order: 'start', source });
    },
    stop: () => order(atWork, { order: 'stop' }),
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
    // Stops listening for the event that did not come.
    answered.abort();
  }
}
