import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { type Finding, renderFindings } from '../../../shared/checks/finding.ts';
import { printJson, printLines, printNotices } from '../../terminal/print.ts';
import { addNetwork } from '../command-line/add-network.ts';
import { NO_ARGUMENT } from '../command-line/argument.ts';
import type { Command, CommandLine } from '../command-line/command.ts';
import { becomeEnvironment } from './become-environment.ts';
import { planRoles, rolesIn } from './plan-roles.ts';
import { ROLE_SWITCHES, START_GROUPS } from './start-command.ts';
import { examineAll } from './checks/examine-role.ts';
import { exitCodeOf, type RoleFinding } from './checks/role-finding.ts';

export const DOCTOR_COMMAND: Command<undefined> = {
  name: 'doctor',
  usage: '--prover-node --prover-broker --prover-agent --agent-gateway',
  summary: 'check everything that coppice start needs, before it starts',
  explanation: [
    'Give it the flags, the variables and the .env file of coppice start. It checks the settings, L1, blobs, the key and its ' +
      'balance, folders, ports, AWS, the prover and the fleet, changes nothing, and says of each what is wrong and what to do.',
    'coppice start makes the same checks first: it does not start where something is missing, and logs what it only warns of.',
    'Exit code 0: nothing is missing. 2: settings are wrong. 3: this machine or its data is unfit. 1: something around it is ' +
      'missing, such as L1.',
  ],
  argument: NO_ARGUMENT,
  switchTitle: 'Roles and output',
  switches: [...ROLE_SWITCHES, { flag: 'json', description: 'Print JSON, for scripts' }],
  groups: START_GROUPS,
  takesSuperseded: true,
  run,
};

async function run(line: CommandLine): Promise<number> {
  const { environment, notices } = await addNetwork(line.environment, rolesIn(line));
  const { roles, ...plan } = planRoles({ ...line, environment });
  printNotices([...line.notices, ...notices, ...plan.notices]);
  const problems = [...line.problems, ...plan.problems];
  if (problems.length > 0) throw new InvalidSettingsError(problems);

  const findings: RoleFinding[] = [];
  for (const role of roles) {
    becomeEnvironment({ ...role.environment, LOG_LEVEL: 'silent' });
    findings.push(...(await examineAll(role)));
  }
  const once = withoutRepeats(findings);
  if (line.switches.has('json')) printJson({ isReady: exitCodeOf(once) === 0, findings: once });
  else
    printLines(
      renderFindings(once)
        .split('\n')
        .map((text) => [text]),
    );
  return exitCodeOf(once);
}

/** Two roles have checks in common. */
function withoutRepeats<Found extends Finding>(findings: readonly Found[]): readonly Found[] {
  const keyOf = ({ subject, state, detail }: Found): string => JSON.stringify([subject, state, detail]);
  return [...new Map(findings.map((finding) => [keyOf(finding), finding])).values()];
}
