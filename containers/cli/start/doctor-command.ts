import { z } from 'zod';

import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { type Finding, renderFindings } from '../../../shared/checks/finding.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { printJson, printLines, printNotices } from '../../terminal/print.ts';
import { addNetwork } from '../command-line/add-network.ts';
import { NO_ARGUMENT } from '../command-line/argument.ts';
import type { Command, CommandLine } from '../command-line/command.ts';
import { type JsonOutput, toDocument } from '../json/json-output.ts';
import { becomeEnvironment } from './become-environment.ts';
import { planRoles, rolesIn } from './plan-roles.ts';
import { BRIEF_START_GROUPS } from './brief-start-groups.ts';
import { ROLE_SWITCHES, START_GROUPS } from './start-command.ts';
import { examineAll } from './checks/examine-role.ts';
import { exitCodeOf, FAULTS, type RoleFinding } from './checks/role-finding.ts';

const OUTPUT: JsonOutput = {
  version: 1,
  description: 'One JSON document: whether anything is missing, and all findings',
  schema: z.strictObject({
    isReady: z.boolean(),
    findings: z.array(
      z.strictObject({
        subject: z.string(),
        state: z.enum(['ready', 'warning', 'missing', 'unknown']),
        detail: z.string(),
        remedy: z.string().optional(),
        fault: z.enum(FAULTS).optional().describe('Of what is missing: where the fault lies'),
      }),
    ),
  }),
};

export const DOCTOR_COMMAND: Command<undefined> = {
  name: 'doctor',
  usage: '--prover-node --prover-broker --prover-agent --agent-gateway',
  summary: 'check everything that coppice start needs, before it starts',
  explanation: [
    'Give it the flags, the variables and the .env file of coppice start. It checks the settings, L1, blobs, the key and its ' +
      'balance, folders, ports, AWS, the prover and the fleet, changes nothing, and says of each what is wrong and what to do.',
    'coppice start makes the same checks first: it does not start where something is missing, and logs what it only warns of.',
    'The exit code is 0 when nothing is missing, 2 when settings are wrong, 3 when this machine or its data is unfit, and 1 when ' +
      'something around it is missing, such as L1.',
  ],
  examples: [
    'coppice doctor --prover-node --prover-agent --network testnet --l1-rpc-urls https://…',
    'coppice doctor --prover-agent --engine aws --aws-prefix coppice',
  ],
  argument: NO_ARGUMENT,
  switchTitle: 'Roles and output',
  switches: ROLE_SWITCHES,
  output: OUTPUT,
  groups: START_GROUPS,
  briefGroups: BRIEF_START_GROUPS,
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
  if (line.switches.has('json'))
    printJson(toDocument(OUTPUT, { isReady: exitCodeOf(once) === EXIT_CODES.done, findings: once }));
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
