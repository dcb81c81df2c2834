import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { COMMANDS } from '../../../../containers/cli/commands.ts';
import { bashCompletion } from '../../../../containers/cli/describe/bash-completion.ts';
import { type CompletedCommand, completionTable } from '../../../../containers/cli/describe/completion-table.ts';
import { fishCompletion } from '../../../../containers/cli/describe/fish-completion.ts';
import { zshCompletion } from '../../../../containers/cli/describe/zsh-completion.ts';

const JOBS: CompletedCommand = {
  name: 'jobs',
  summary: "an epoch's jobs",
  words: ['newest'],
  flags: [
    {
      flag: '--state',
      description: 'Only jobs in these states [all]',
      value: { placeholder: '<name>,…', words: ['queued', 'proven'], isPath: false },
    },
    { flag: '--env-file', description: 'A file', value: { placeholder: '<path>', words: [], isPath: true } },
    { flag: '--limit', description: 'How many', value: { placeholder: '<number>', words: [], isPath: false } },
    { flag: '--json', description: 'One document', value: undefined },
  ],
};

/** What bash offers for the last of these words. */
function complete(...words: readonly string[]): string[] {
  const script = `${bashCompletion(completionTable(COMMANDS))}
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    _coppice
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const offered = execFileSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' });
  return offered.split('\n').filter((word) => word !== '');
}

describe('coppice completion', () => {
  it('has every command and flag', () => {
    const table = completionTable(COMMANDS);
    expect(table.map(({ name }) => name)).toEqual(COMMANDS.map(({ name }) => name));
    const flags = table.find(({ name }) => name === 'jobs')?.flags.map(({ flag }) => flag);
    expect(flags).toEqual(expect.arrayContaining(['--json', '--state', '--engine', '--env-file', '--help']));
  });

  it('completes commands, flags and values in bash, and leaves files to bash', () => {
    expect(complete('coppice', 'ca')).toEqual(['canary']);
    expect(complete('coppice', 'jobs', '--st')).toEqual(['--state']);
    expect(complete('coppice', 'jobs', '--state', '')).toEqual(['queued', 'leased', 'proven', 'rejected', 'cancelled']);
    expect(complete('coppice', 'jobs', '--data-directory', '')).toEqual([]);
    expect(complete('coppice', 'completion', 'f')).toEqual(['fish']);
  });

  it('describes flags and quotes what zsh would read', () => {
    const script = zshCompletion([JOBS]);
    expect(script).toContain("    'jobs:an epoch'\\''s jobs'\n");
    expect(script).toContain(
      [
        '      _arguments \\',
        "        '1:jobs:(newest)' \\",
        "        '--state[Only jobs in these states \\[all\\]]:<name>,…:(queued proven)' \\",
        "        '--env-file[A file]:<path>:_files' \\",
        "        '--limit[How many]:<number>: ' \\",
        "        '--json[One document]'",
      ].join('\n'),
    );
  });

  it('describes flags and quotes what fish would read', () => {
    const when = "complete -c coppice -n '__fish_seen_subcommand_from jobs'";
    expect(fishCompletion([JOBS]).split('\n').slice(2)).toEqual([
      "complete -c coppice -n __fish_use_subcommand -a jobs -d 'an epoch\\'s jobs'",
      `${when} -a 'newest'`,
      `${when} -l state -d 'Only jobs in these states [all]' -x -a 'queued proven'`,
      `${when} -l env-file -d 'A file' -r -F`,
      `${when} -l limit -d 'How many' -x`,
      `${when} -l json -d 'One document'`,
      '',
    ]);
  });
});
