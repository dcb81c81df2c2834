import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { CANARY_COMMAND } from '../../containers/cli/local/canary-command.ts';
import type { Command } from '../../containers/cli/command-line/command.ts';
import { COST_COMMAND } from '../../containers/cli/inspect/cost-command.ts';
import { JOBS_COMMAND } from '../../containers/cli/inspect/jobs-command.ts';
import { REDRIVE_COMMAND } from '../../containers/cli/repair/redrive-command.ts';
import { renderCommandHelp } from '../../containers/cli/command-line/render-help.ts';
import { RETRY_COMMAND } from '../../containers/cli/repair/retry-command.ts';
import { START_COMMAND } from '../../containers/cli/start/start-command.ts';
import { STATUS_COMMAND } from '../../containers/cli/inspect/status-command.ts';
import { TREE_COMMAND } from '../../containers/cli/inspect/tree-command.ts';
import { EPOCHS_COMMAND } from '../../containers/cli/inspect/epochs-command.ts';
import { DRILL_COMMAND } from '../../containers/cli/drill/drill-command.ts';
import { WAIT_COMMAND } from '../../containers/cli/inspect/wait-command.ts';
import { WATCH_COMMAND } from '../../containers/cli/inspect/watch-command.ts';
import { WHY_COMMAND } from '../../containers/cli/inspect/why-command.ts';
import { DOCTOR_COMMAND } from '../../containers/cli/start/doctor-command.ts';
import { FUNCTION_TIMINGS } from '../../infra/function-timings.ts';
import { Capacity } from '../../shared/agent-fleet/agent-fleet.ts';
import { awsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { Pool } from '../../shared/proving-job/circuit-family.ts';

const COMMANDS: readonly Command[] = [
  START_COMMAND,
  DOCTOR_COMMAND,
  STATUS_COMMAND,
  WATCH_COMMAND,
  EPOCHS_COMMAND,
  WAIT_COMMAND,
  TREE_COMMAND,
  JOBS_COMMAND,
  RETRY_COMMAND,
  REDRIVE_COMMAND,
  DRILL_COMMAND,
  CANARY_COMMAND,
  WHY_COMMAND,
  COST_COMMAND,
];
const DOCUMENTS = ['docs/runbook.md', 'docs/deploy.md', 'docs/own-machines.md'] as const;

/** The contents of fenced blocks and backquotes: the text that a reader copies. */
function commandsIn(document: string): string {
  const text = readFileSync(document, 'utf8');
  return [...text.matchAll(/```\w*\n(.*?)```|`([^`\n]+)`/gs)].map(([, block, inline]) => block ?? inline).join('\n');
}

describe.each(DOCUMENTS)('%s', (document) => {
  const commands = commandsIn(document);

  it("uses only Coppice's real commands and flags", () => {
    const lines = [...commands.matchAll(/(?:(?:^|npx |prover-broker )coppice|cli\.mjs) ([a-z]+)([^\n]*)/gm)];
    expect(lines.length).toBeGreaterThan(0);
    for (const [line, name, rest = ''] of lines) {
      const command = COMMANDS.find((known) => known.name === name);
      expect(command, line).toBeDefined();
      const help = JSON.stringify(renderCommandHelp(command!, 100));
      for (const [flag] of rest.matchAll(/--[a-z-]+/g)) expect(help, line).toContain(flag);
    }
  });

  it('calls functions, services, rules and logs by their real names', () => {
    const names = awsResourceNames('coppice');
    const services = Pool.options.flatMap((pool) => Capacity.options.map((one) => names.agentService(pool, one)));
    const known = new Set([
      names.nodeService(),
      ...services,
      ...Object.keys(FUNCTION_TIMINGS).map((name) => `coppice-${name}`),
    ]);
    const called = [
      ...commands.matchAll(/(?:--function-name|--service|describe-rule --name|-rule --name) (coppice[a-z0-9-]*)/g),
      ...commands.matchAll(/\/aws\/lambda\/(coppice[a-z0-9-]*)/g),
      ...[...commands.matchAll(/--services ((?:coppice-[a-z-]+ ?)+)/g)].flatMap(([, all = '']) =>
        all
          .trim()
          .split(' ')
          .map((one) => ['', one] as const),
      ),
    ];
    for (const [, name = ''] of called) expect([...known]).toContain(name);
    const ofLine = [
      'v6-node',
      'v6-node-broker',
      ...Pool.options.flatMap((pool) => [`v6-${pool}`, `v6-${pool}-gateway`]),
    ];
    const logs = new Set(['node', ...Pool.options, ...ofLine]);
    for (const [, name = ''] of commands.matchAll(/ \/coppice\/([a-z0-9-]+)/g)) expect([...logs]).toContain(name);
  });
});
