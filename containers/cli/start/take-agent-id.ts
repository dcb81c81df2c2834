import { createServer } from 'node:net';
import { hostname } from 'node:os';

import { AgentId } from '../../../shared/ledger/job-ledger.ts';

/** Agents of one machine; far more than it can run. */
const MOST_AGENTS = 1024;

/**
 * The first of the names `<host>-1`, `<host>-2` … that no running agent of this machine has. A restarted agent has its
 * name again, so that the failures of one bad machine are not counted as those of many agents.
 *
 * A name is held by a socket in Linux's abstract namespace until this process ends, however it ends. Containers that share
 * the host's name and network share the namespace too. Other systems have none: there the process id is part of the name.
 */
export async function takeAgentId(socketPrefix = 'coppice-agent'): Promise<AgentId> {
  for (let index = 1; process.platform === 'linux' && index <= MOST_AGENTS; index += 1) {
    if (await isFree(`\0${socketPrefix}-${index}`)) return AgentId.parse(`${hostname()}-${index}`);
  }
  return AgentId.parse(`${hostname()}-${process.pid}`);
}

async function isFree(socketName: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const holder = createServer((connection) => connection.destroy()).unref();
    holder.once('error', () => resolve(false));
    holder.listen(socketName, () => resolve(true));
  });
}
