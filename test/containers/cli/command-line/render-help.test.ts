import { describe, expect, it } from 'vitest';

import { switchesOf } from '../../../../containers/cli/command-line/command.ts';
import { renderCommandHelp, renderOverview } from '../../../../containers/cli/command-line/render-help.ts';
import { COMMANDS } from '../../../../containers/cli/commands.ts';
import { textOf } from '../../../../containers/terminal/line.ts';
import { settingsIn } from '../../../../shared/config/groups/known-settings.ts';

describe('the help', () => {
  it('of all commands fits a terminal', () => {
    for (const line of renderOverview(COMMANDS, '0.1.0', 80)) expect(textOf(line).length).toBeLessThanOrEqual(80);
  });

  it.each(COMMANDS)('has examples of real flags: coppice $name', (command) => {
    const known = new Set([
      ...switchesOf(command).map(({ flag }) => flag),
      ...settingsIn(command.groups).flatMap(({ flag, flagAliases = [] }) => [flag, ...flagAliases]),
      'version',
    ]);
    for (const example of command.examples) {
      expect(example).toMatch(new RegExp(`coppice (?:${command.name}|--version)\\b`));
      const [, words = ''] = /coppice([^|&>)]*)/.exec(example) ?? [];
      for (const [, flag = ''] of words.matchAll(/--([\w.-]+)/g)) expect([...known], example).toContain(flag);
    }
    const text = renderCommandHelp(command, 80, false).map(textOf).join('\n');
    expect(text).toContain(`\nExamples\n  ${command.examples[0]}\n`);
    expect(text).toContain('\nExit codes\n  0    done');
  });

  it.each(COMMANDS)(
    'names every setting with --help-all, and says how many --help leaves out: coppice $name',
    (command) => {
      const all = [...new Set(settingsIn(command.groups))];
      const whole = renderCommandHelp(command, 80, true).map(textOf).join('\n');
      for (const { flag } of all) expect(whole).toContain(`  --${flag}`);
      const brief = renderCommandHelp(command, 80, false).map(textOf).join('\n');
      const shown = all.filter(({ variable }) => brief.includes(`  ${variable}\n`));
      const [, left = '0'] = /\n(\d+) more settings: /.exec(brief) ?? [];
      expect(shown.length + Number(left)).toBe(all.length);
    },
  );
});
