import { availableParallelism, totalmem } from 'node:os';

import { AGENT_GROUP } from '../../../shared/config/groups/agent-settings.ts';
import { textOf } from '../../../shared/config/parse-settings.ts';
import { nameOf } from '../../../shared/config/setting.ts';
import { switchKind } from '../../../shared/config/value-kinds.ts';
import type { CommandLine } from '../command-line/command.ts';
import { type AgentRole, ENABLE_PROVER_NODE, readRole, type Role, ROLE_NAMES, type RoleName } from './read-role.ts';

/** One process of the fleet, with its complete environment. */
export interface PlannedProcess {
  readonly name: string;
  readonly role: RoleName;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Plan {
  /** The requested roles whose settings are valid. */
  readonly roles: readonly Role[];
  /** The processes that they need. A single one is its role, and may run in this process. */
  readonly processes: readonly PlannedProcess[];
  /** The longest time that one of them takes to end, in seconds. */
  readonly drainSeconds: number;
  readonly problems: readonly string[];
  readonly notices: readonly string[];
}

const NOTICE_OF_SWITCH: Readonly<Record<string, string>> = {
  archiver: '--archiver starts nothing: the prover node has its own archiver',
  node: '--node starts nothing: the prover node follows the chain by itself',
};

const { brokerUrl } = AGENT_GROUP.settings;

const NODE_AND_BROKER =
  `${nameOf(brokerUrl)} is for agents and has no effect on --prover-node: it puts its jobs into the engine ` +
  '(see --engine), where agents without this setting take them';

/** The requested roles, by flag or by Aztec's variable. */
export function rolesIn({ environment, switches }: Pick<CommandLine, 'environment' | 'switches'>): readonly RoleName[] {
  const isNodeEnabled = switchKind.parse(environment[ENABLE_PROVER_NODE] ?? '').data === true;
  return ROLE_NAMES.filter((role) => switches.has(role) || (role === 'prover-node' && isNodeEnabled));
}

/**
 * Reads the settings of the requested roles, and decides which processes they need.
 * @param line its environment already has the network's defaults
 */
export function planRoles(line: Pick<CommandLine, 'environment' | 'switches'>): Plan {
  const names = rolesIn(line);
  const readings = names.map((name) => readRole(name, line.environment));
  const roles = readings.flatMap(({ role }) => role ?? []);
  const processes = roles.flatMap(processesOf);
  const problems = readings.flatMap((reading) => reading.problems);
  if (names.length === 0) {
    problems.push(`nothing to start: give ${ROLE_NAMES.map((role) => `--${role}`).join(', ')}, or several of them`);
  }
  if (roles.some((role) => role.name === 'prover-agent' && role.settings.agentCount === 0)) {
    problems.push(
      `${nameOf(AGENT_GROUP.settings.agentCount)} is 0, so --prover-agent would start nothing: remove one of the two`,
    );
  }
  return {
    roles,
    processes,
    drainSeconds: Math.max(0, ...roles.map(({ settings }) => settings.drainSeconds)),
    // Both roles have settings in common.
    problems: [...new Set(problems)],
    notices: [
      ...[...line.switches].flatMap((name) => NOTICE_OF_SWITCH[name] ?? []),
      ...(names.includes('prover-node') && textOf(brokerUrl, line.environment) !== undefined ? [NODE_AND_BROKER] : []),
    ],
  };
}

function processesOf(role: Role): PlannedProcess[] {
  const { name, environment } = role;
  if (role.name !== 'prover-agent' || role.settings.agentCount === 1) return [{ name, role: name, environment }];
  const { agentCount } = role.settings;
  return Array.from({ length: agentCount }, (_value, index) => ({
    name: `${name}-${index + 1}`,
    role: name,
    environment: { ...shareOfMachine(agentCount), ...environment, ...ownOfAgent(role, index) },
  }));
}

/** An equal part of the machine for each of several agents; explicit settings win. */
function shareOfMachine(agentCount: number): Record<string, string> {
  const constrainedBytes = process.constrainedMemory();
  const memoryBytes = constrainedBytes > 0 ? Math.min(constrainedBytes, totalmem()) : totalmem();
  return {
    HARDWARE_CONCURRENCY: String(Math.max(1, Math.floor(availableParallelism() / agentCount))),
    [AGENT_GROUP.settings.agentMemoryMib.variable]: String(
      Math.max(64, Math.floor(memoryBytes / agentCount / 2 ** 20)),
    ),
  };
}

/** What each of several agents has for itself. */
function ownOfAgent({ settings }: AgentRole, index: number): Record<string, string> {
  const { agentId, agentCount, agentPort } = AGENT_GROUP.settings;
  const name = settings.agentId === undefined ? {} : { [agentId.variable]: `${settings.agentId}-${index + 1}` };
  const port = settings.agentPort === 0 ? {} : { [agentPort.variable]: String(settings.agentPort + index) };
  return { ...name, ...port, [agentCount.variable]: '1' };
}
