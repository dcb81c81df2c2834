import { availableParallelism, hostname, totalmem } from 'node:os';

import { AGENT_GROUP, readAgentSettings } from '../../../shared/config/groups/agent-settings.ts';
import { ENV_FILE_GROUP, NO_ENV_FILE } from '../../../shared/config/groups/env-file-settings.ts';
import { environmentFor } from '../../../shared/config/groups/known-settings.ts';
import { readNodeSettings } from '../../../shared/config/groups/node-settings.ts';
import { nameOf } from '../../../shared/config/setting.ts';
import type { CommandLine } from '../command-line/read-command-line.ts';
import { GROUPS_OF_ROLE, ROLES, type Role } from './role.ts';

/** One process of the fleet, with all that it is told. */
export interface PlannedProcess {
  readonly name: string;
  readonly role: Role;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Plan {
  readonly processes: readonly PlannedProcess[];
  /** The longest time that one of them takes to end, in seconds. */
  readonly drainSeconds: number;
  readonly problems: readonly string[];
  readonly notices: readonly string[];
}

/** The variable with which Aztec's node is told to prove. */
const ENABLE_PROVER_NODE = 'ENABLE_PROVER_NODE';

const NOTICE_OF_SWITCH: Readonly<Record<string, string>> = {
  'prover-broker':
    '--prover-broker starts nothing: the engine holds the jobs, and every role reaches it (see --engine)',
  archiver: '--archiver starts nothing: the prover node has an archiver of its own',
  node: '--node starts nothing: the prover node follows the chain by itself',
};

/** The roles that are asked for, by flag or by Aztec's variable. */
export function rolesIn({ environment, switches }: Pick<CommandLine, 'environment' | 'switches'>): readonly Role[] {
  const isNodeEnabled = ['1', 'true', 'TRUE'].includes(environment[ENABLE_PROVER_NODE] ?? '');
  return ROLES.filter((role) => switches.has(role) || (role === 'prover-node' && isNodeEnabled));
}

/**
 * Decides which processes are needed for the roles that are asked for, and checks what each of them is told.
 * @param line its environment already has the network's defaults
 */
export function planRoles(line: Pick<CommandLine, 'environment' | 'switches' | 'words'>): Plan {
  const roles = rolesIn(line);
  const problems = new Set(line.words.map((word) => `'${word}' is no flag: roles and settings begin with --`));
  if (roles.length === 0) problems.add(`say what to start: ${ROLES.map((role) => `--${role}`).join(', ')}, or both`);

  let drainSeconds = 0;
  let agentCount = 0;
  if (roles.includes('prover-node')) {
    const { settings, problems: wrong } = readNodeSettings(line.environment);
    wrong.forEach((problem) => problems.add(problem));
    drainSeconds = Math.max(drainSeconds, settings?.drainSeconds ?? 0);
  }
  if (roles.includes('prover-agent')) {
    const { settings, problems: wrong } = readAgentSettings(line.environment);
    wrong.forEach((problem) => problems.add(problem));
    drainSeconds = Math.max(drainSeconds, settings?.drainSeconds ?? 0);
    agentCount = settings?.agentCount ?? 1;
    if (agentCount === 0) {
      problems.add(
        `${nameOf(AGENT_GROUP.settings.agentCount)} is 0, so --prover-agent would start nothing: leave one out`,
      );
    }
  }
  return {
    processes: roles.flatMap((role) => planRole(role, agentCount, line.environment)),
    drainSeconds,
    problems: [...problems],
    notices: [...line.switches].flatMap((name) => NOTICE_OF_SWITCH[name] ?? []),
  };
}

function planRole(role: Role, agentCount: number, environment: Readonly<Record<string, string>>): PlannedProcess[] {
  const { [ENABLE_PROVER_NODE]: _, ...own } = environmentFor(GROUPS_OF_ROLE[role], environment);
  // All that the file says is in here already.
  const whole = { ...own, [ENV_FILE_GROUP.settings.envFile.variable]: NO_ENV_FILE };
  if (role === 'prover-node') return [{ name: role, role, environment: whole }];
  return Array.from({ length: agentCount }, (_value, index) => ({
    name: agentCount === 1 ? role : `${role}-${index + 1}`,
    role,
    environment: agentCount === 1 ? whole : { ...shareOfMachine(agentCount), ...whole, ...agentName(whole, index) },
  }));
}

/** An equal part of the machine for each of several agents; what is set by hand wins. */
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

function agentName(environment: Readonly<Record<string, string>>, index: number): Record<string, string> {
  const { agentId, agentCount } = AGENT_GROUP.settings;
  const base = environment[agentId.variable] ?? `${hostname()}-${process.pid}`;
  return { [agentId.variable]: `${base}-${index + 1}`, [agentCount.variable]: '1' };
}
