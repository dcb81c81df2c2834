import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { renderCommandHelp } from '../../containers/cli/command-line/render-help.ts';
import { COMMANDS } from '../../containers/cli/commands.ts';
import { FUNCTION_TIMINGS } from '../../infra/function-timings.ts';
import { Capacity } from '../../shared/agent-fleet/agent-fleet.ts';
import { awsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { installedNetworkVersion } from '../../shared/proving-job/network-version.ts';
import { KNOWN_MAJOR_VERSIONS } from '../../shared/proving-job/version-lines.ts';
import { Pool } from '../../shared/proving-job/circuit-family.ts';

const DOCUMENTS = ['docs/runbook.md', 'docs/deploy.md', 'docs/own-machines.md', 'docs/command-line.md'] as const;

/** The contents of fenced blocks and backquotes: the text that a reader copies. */
function commandsIn(document: string): string {
  const text = readFileSync(document, 'utf8');
  return [...text.matchAll(/```\w*\n(.*?)```|`([^`\n]+)`/gs)].map(([, block, inline]) => block ?? inline).join('\n');
}

describe('README.md', () => {
  it('names the versions of Aztec that are proven and served', () => {
    const text = readFileSync('README.md', 'utf8').split('\n\n')[1]?.replaceAll('\n', ' ');
    expect(text).toContain(`Aztec ${installedNetworkVersion()}`);
    expect(text).toContain(`of versions ${KNOWN_MAJOR_VERSIONS.join(', ').replace(/, (\d+)$/, ' and $1')}`);
  });
});

describe.each(DOCUMENTS)('%s', (document) => {
  const commands = commandsIn(document);

  it("uses only Coppice's real commands and flags", () => {
    const lines = [...commands.matchAll(/(?:(?:^|npx |prover-broker )coppice|cli\.mjs) ([a-z]+)([^\n]*)/gm)];
    expect(lines.length).toBeGreaterThan(0);
    for (const [line, name, rest = ''] of lines) {
      const command = COMMANDS.find((known) => known.name === name);
      expect(command, line).toBeDefined();
      const help = JSON.stringify(renderCommandHelp(command!, 100, true));
      const flags = [...rest.matchAll(/--[a-z-]+/g)].map(([flag]) => flag).filter((flag) => !flag.startsWith('--help'));
      for (const flag of flags) expect(help, line).toContain(flag);
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
