import { AGENT_GROUP, AGENT_GROUPS } from '../../../shared/config/groups/agent-settings.ts';
import { BROKER_GROUP, LINE_GROUP } from '../../../shared/config/groups/broker-settings.ts';
import { GATEWAY_GROUP } from '../../../shared/config/groups/gateway-settings.ts';
import { ENV_FILE_GROUP } from '../../../shared/config/groups/env-file-settings.ts';
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { NODE_GROUP, NODE_GROUPS } from '../../../shared/config/groups/node-settings.ts';
import { L1_SETTINGS } from '../../../shared/config/groups/l1-settings.ts';
import type { SwitchFlag } from '../../../shared/config/parse-flags.ts';
import type { SettingGroup } from '../../../shared/config/setting.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { addNetwork } from '../command-line/add-network.ts';
import { NO_ARGUMENT } from '../command-line/argument.ts';
import type { Command, CommandLine } from '../command-line/command.ts';
import { BRIEF_START_GROUPS } from './brief-start-groups.ts';
import { planRoles, rolesIn, type PlannedProcess } from './plan-roles.ts';
import { printNotices } from '../../terminal/print.ts';
import { runRole, toLoggerOptions } from './run-role.ts';
import { endSignal } from '../../processes/end-signals.ts';
import { supervise, type SupervisedProcess, type SupervisionPolicy } from '../../processes/supervise.ts';

/** What operators need first comes first. */
export const START_GROUPS: readonly SettingGroup[] = [
  ...new Set<SettingGroup>([
    L1_SETTINGS,
    NODE_GROUP,
    AGENT_GROUP,
    BROKER_GROUP,
    GATEWAY_GROUP,
    LINE_GROUP,
    ...NODE_GROUPS,
    ...AGENT_GROUPS,
    ENV_FILE_GROUP,
  ]),
];

/** Which roles, and what `aztec start` takes beside them. */
export const ROLE_SWITCHES: readonly SwitchFlag[] = [
  {
    flag: 'prover-node',
    description: 'Follow the chain, have its epochs proven, submit the proofs (ENABLE_PROVER_NODE)',
  },
  { flag: 'prover-agent', description: 'Prove jobs' },
  {
    flag: 'prover-broker',
    description: "Serve Aztec's broker API to official prover nodes and agents, over the engine",
  },
  {
    flag: 'agent-gateway',
    description: "Serve Aztec's broker API to one official agent on this machine, over the engine",
  },
  {
    flag: 'archiver',
    description: 'Accepted for compatibility with aztec start, ignored: the prover node has its own archiver',
  },
  {
    flag: 'node',
    description: 'Accepted for compatibility with aztec start, ignored: the prover node follows the chain by itself',
  },
];

const RESTARTS: Omit<SupervisionPolicy, 'killAfterMs'> = {
  firstRestartMs: 1_000,
  longestRestartMs: 60_000,
  recoveredAfterMs: 120_000,
  maxCrashes: 10,
};

/** What a process takes beyond its time to drain before it is killed. */
const KILL_MARGIN_MS = 5_000;

export const START_COMMAND: Command<undefined> = {
  name: 'start',
  usage: '--prover-node --prover-broker --prover-agent --agent-gateway',
  summary: 'start the prover node, the broker, agents, a gateway, or several of them',
  explanation: [
    'One role runs in this process. Several roles, or several agents, run as separate processes, each with only the ' +
      'settings it needs. A process that crashes is restarted after 1 s, 2 s, 4 s … up to 60 s; after 10 crashes less than ' +
      'two minutes apart, everything is stopped. SIGTERM and Ctrl-C stop all of them.',
    'It logs to stderr, one JSON object per line unless that is a terminal (--log-json), and prints no document.',
    'Each role first makes the checks of coppice doctor that concern it: it does not start where something is missing.',
    'A setting comes from its flag, else from its variable in the environment, else from the .env file, else from ' +
      '--network, else from its default. An empty value counts as not given.',
  ],
  examples: [
    'coppice start --prover-node --prover-agent --network testnet --l1-rpc-urls https://… --l1-consensus-host-urls https://…',
    'coppice start --prover-agent --agents 4 --engine aws --aws-prefix coppice --agent-pools medium',
    'coppice start --prover-broker --aztec-version 6.0.0 --broker-bind 0.0.0.0',
  ],
  exitCodes: ['interrupted'],
  argument: NO_ARGUMENT,
  switchTitle: 'Roles',
  switches: ROLE_SWITCHES,
  groups: START_GROUPS,
  briefGroups: BRIEF_START_GROUPS,
  takesSuperseded: true,
  run,
};

async function run(line: CommandLine): Promise<number> {
  const { environment, notices } = await addNetwork(line.environment, rolesIn(line));
  const { roles, processes, drainSeconds, ...plan } = planRoles({ ...line, environment });
  const allNotices = [...line.notices, ...notices, ...plan.notices];
  const problems = [...line.problems, ...plan.problems];
  const [role] = roles;
  if (problems.length > 0 || role === undefined) {
    printNotices(allNotices);
    throw new InvalidSettingsError(problems);
  }

  const log = createLogger('start', toLoggerOptions(role.settings));
  for (const notice of allNotices) log.warn(notice);
  if (processes.length === 1) return runRole(role);

  return supervise(
    processes.map(toSupervised),
    { ...RESTARTS, killAfterMs: drainSeconds * 1000 + KILL_MARGIN_MS },
    { log, signal: endSignal(log), nowMs: Date.now },
  );
}

function toSupervised({ name, role, environment }: PlannedProcess): SupervisedProcess {
  // This program: cli.ts, or the bundle that has it.
  const [, program = ''] = process.argv;
  return { name, nodeArguments: [...process.execArgv, program, 'start', `--${role}`], environment };
}
