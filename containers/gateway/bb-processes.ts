import { readdir, readFile } from 'node:fs/promises';

/** Of Barretenberg in Aztec's images, by version. */
const BB_NAMES = ['bb', 'bb-avm'];
/** Linux counts processor time in these, whatever its timer does. */
const TICKS_PER_SECOND = 100;

/** What this machine spends on `bb`. */
export interface BbTime {
  /** The process that starts `bb`: the agent. */
  readonly agentPid: number;
  /** Processor time of every `bb` of the agent so far, ended ones included, in seconds. */
  readonly cpuSeconds: number;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly ownTicks: number;
  /** Of children that have ended. */
  readonly childTicks: number;
}

/**
 * Reads the processor time of `bb` from `/proc`. `undefined` where the agent's `bb` is not visible: it runs in another PID
 * namespace, it has not run yet, or several agents run one and nothing says which agent is this gateway's.
 * @param agentPid the agent as it was found before, whose `bb` may be between two runs
 */
export async function readBbTime(agentPid: number | undefined, proc = '/proc'): Promise<BbTime | undefined> {
  const processes = await readProcesses(proc);
  const running = processes.filter(({ name }) => BB_NAMES.includes(name));
  const parents = new Set(running.map(({ parent }) => parent));
  const [only] = parents.size === 1 ? parents : [undefined];
  const agent = processes.find(({ pid }) => pid === (only ?? (parents.size === 0 ? agentPid : undefined)));
  if (agent === undefined) return undefined;
  const ticks = running.reduce((sum, { ownTicks, childTicks }) => sum + ownTicks + childTicks, agent.childTicks);
  return { agentPid: agent.pid, cpuSeconds: ticks / TICKS_PER_SECOND };
}

async function readProcesses(proc: string): Promise<readonly Process[]> {
  const names = await readdir(proc).catch(() => []);
  const processes = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (pid) => {
        // It may have ended.
        const text = await readFile(`${proc}/${pid}/stat`, 'utf8').catch(() => '');
        return parseStat(text);
      }),
  );
  return processes.filter((process) => process !== undefined);
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function parseStat(text: string): Process | undefined {
  // The name is in parentheses, and may have some itself.
  const match = /^(\d+) \((.*)\) (.*)$/s.exec(text);
  if (match === null) return undefined;
  const [, pid = '', name = '', rest = ''] = match;
  const fields = rest.split(' ').map(Number);
  const [parent = 0, userTicks = 0, systemTicks = 0, childUserTicks = 0, childSystemTicks = 0] = [
    1, 11, 12, 13, 14,
  ].map((index) => fields[index] ?? 0);
  return {
    pid: Number(pid),
    parent,
    name,
    ownTicks: userTicks + systemTicks,
    childTicks: childUserTicks + childSystemTicks,
  };
}
