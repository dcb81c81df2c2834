import { fork } from 'node:child_process';
import { once } from 'node:events';

import { JobReceived, type LatencyAgentsSource } from './latency-agent.ts';

/** Aztec's own idle agents, one for each circuit, in a process of their own. */
export interface LatencyAgents {
  start(source: LatencyAgentsSource): Promise<void>;
  /** When an agent will have the job, in milliseconds since 1970. */
  received(jobId: string): Promise<number>;
  stop(): Promise<void>;
  close(): Promise<void>;
}

export async function startLatencyAgents(): Promise<LatencyAgents> {
  const child = fork(new URL('latency-agent.ts', import.meta.url), { execArgv: [] });
  const awaited = new Map<string, (atMs: number) => void>();
  let answered = Promise.withResolvers<undefined>();
  child.on('message', (message) => {
    const { success, data } = JobReceived.safeParse(message);
    if (success) awaited.get(data.jobId)?.(data.atMs);
    else answered.resolve(undefined);
  });
  const exited = once(child, 'exit');
  void exited.then(() => answered.reject(new Error('the idle agents of the bench have ended')));
  const order = async (message: object): Promise<void> => {
    answered = Promise.withResolvers();
    child.send(message);
    await answered.promise;
  };
  await answered.promise;
  return {
    start: (source) => order({ order: 'start', source }),
    received: (jobId) => new Promise((resolve) => awaited.set(jobId, resolve)),
    stop: () => order({ order: 'stop' }),
    async close() {
      answered.promise.catch(() => undefined);
      child.disconnect();
      await exited;
    },
  };
}
