import { fileURLToPath } from 'node:url';

import { AGENT_GROUP, AGENT_GROUPS } from '../../../shared/config/groups/agent-settings.ts';
import { ENV_FILE_GROUP } from '../../../shared/config/groups/env-file-settings.ts';
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { NODE_GROUP, NODE_GROUPS } from '../../../shared/config/groups/node-settings.ts';
import { L1_SETTINGS } from '../../../shared/config/groups/l1-settings.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import { PROCESS_SETTINGS } from '../../../shared/config/groups/process-settings.ts';
import type { SettingGroup } from '../../../shared/config/setting.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { addNetwork } from '../command-line/add-network.ts';
import type { Command } from '../command-line/command.ts';
import { planRoles, rolesIn, type PlannedProcess } from './plan-roles.ts';
import { printNotices } from '../../terminal/print.ts';
import { readCommandLine } from '../command-line/read-command-line.ts';
import { loggerOptionsOf, runRole } from './run-role.ts';
import { endSignal } from '../../processes/end-signals.ts';
import { supervise, type SupervisedProcess, type SupervisionPolicy } from '../../processes/supervise.ts';

const COMMAND_LINE_PROGRAM = fileURLToPath(new URL('../../cli.ts', import.meta.url));

/** What operators look for first stands first. */
const GROUPS: readonly SettingGroup[] = [
  ...new Set<SettingGroup>([L1_SETTINGS, NODE_GROUP, AGENT_GROUP, ...NODE_GROUPS, ...AGENT_GROUPS, ENV_FILE_GROUP]),
];

const RESTARTS: Omit<SupervisionPolicy, 'killAfterMs'> = {
  firstRestartMs: 1_000,
  longestRestartMs: 60_000,
  recoveredAfterMs: 120_000,
  maxCrashes: 10,
};

/** What a process takes beyond its time to drain before it is killed. */
const KILL_MARGIN_MS = 5_000;

export const START_COMMAND: Command = {
  name: 'start',
  usage: '--prover-node --prover-agent [flags]',
  summary: 'start the prover node, agents, or both',
  explanation: [
    'One role runs in this process. Several roles, or several agents, run as processes of their own, each with no more ' +
      'settings than it needs; what crashes is started again after 1 s, 2 s, 4 s … up to 60 s, and after 10 crashes ' +
      'without two good minutes in between everything is ended. SIGTERM and Ctrl-C end all of them.',
    'A setting comes from its flag, else from its variable in the environment, else from the .env file, else from ' +
      '--network, else it has its default. An empty one counts as not given.',
  ],
  switchTitle: 'Roles',
  switches: [
    { flag: 'prover-node', description: 'Follow the chain, have its epochs proven, submit them (ENABLE_PROVER_NODE)' },
    { flag: 'prover-agent', description: 'Prove jobs' },
    { flag: 'prover-broker', description: "Accepted for Aztec's sake: the engine holds the jobs" },
    { flag: 'archiver', description: "Accepted for Aztec's sake: the prover node has its own" },
    { flag: 'node', description: "Accepted for Aztec's sake: the prover node follows the chain by itself" },
  ],
  groups: GROUPS,
  takesSuperseded: true,
  run,
};

async function run(argv: readonly string[]): Promise<number> {
  const line = readCommandLine(argv, START_COMMAND);
  const isForNode = rolesIn(line).includes('prover-node');
  const { environment, notices } = await addNetwork(line.environment, { isForNode });
  const plan = planRoles({ ...line, environment });
  const allNotices = [...line.notices, ...notices, ...plan.notices];
  const problems = [...line.problems, ...plan.problems];
  const [only, ...others] = plan.processes;
  if (problems.length > 0 || only === undefined) {
    printNotices(allNotices);
    throw new InvalidSettingsError(problems);
  }

  const log = createLogger('start', loggerOptionsOf(processSettings(environment)));
  for (const notice of allNotices) log.warn(notice);
  if (others.length === 0) return runRole(only.role, only.environment);

  return supervise(
    plan.processes.map(toSupervised),
    { ...RESTARTS, killAfterMs: plan.drainSeconds * 1000 + KILL_MARGIN_MS },
    { log, signal: endSignal(log), nowMs: Date.now },
  );
}

function processSettings(environment: Readonly<Record<string, string>>): Parameters<typeof loggerOptionsOf>[0] {
  return parseSettings([PROCESS_SETTINGS], environment).settings ?? { logLevel: 'info', logJson: undefined };
}

function toSupervised({ name, role, environment }: PlannedProcess): SupervisedProcess {
  return { name, nodeArguments: [...process.execArgv, COMMAND_LINE_PROGRAM, 'start', `--${role}`], environment };
}
