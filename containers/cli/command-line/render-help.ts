import { SUPERSEDED_SETTINGS } from '../../../shared/config/aztec/superseded-settings.ts';
import type { Setting } from '../../../shared/config/setting.ts';
import { type Line, toned } from '../../terminal/line.ts';
import type { Command } from './command.ts';

const INDENT = '      ';
const EXIT_CODE_LINES: readonly Line[] = [
  [toned('strong', 'Exit codes')],
  ['  0    done, or stopped on request'],
  ['  1    something failed; see the log'],
  ['  2    invalid command line or settings; every problem is listed'],
  ['  3    this machine, its data or its programs cannot do the work'],
  ['  4    what coppice wait waits for has not happened in time'],
  ['  130  stopped by Ctrl-C'],
];

/** What `coppice --help` prints. */
export function renderOverview(commands: readonly Command[], version: string): Line[] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    [toned('strong', 'coppice'), ` ${version}: proves Aztec epochs on a fleet of agents`],
    [],
    ['coppice <command> [flags]'],
    [],
    [toned('strong', 'Commands')],
    ...commands.map(({ name, summary }): Line => [`  ${name.padEnd(width)}  `, summary]),
    [],
    ['coppice <command> --help lists every flag of a command, with its variable and default.'],
    ['coppice --version prints the version.'],
    [],
    ...EXIT_CODE_LINES,
  ];
}

/** What `coppice <command> --help` prints. */
export function renderCommandHelp(command: Command, columns: number): Line[] {
  const { name, usage, explanation, examples = [], switchTitle = 'Output', switches, groups } = command;
  const switchLines = switches.flatMap(({ flag, description }): Line[] => [
    [`  --${flag}`],
    ...wrap(description, columns),
  ]);
  return [
    [toned('strong', `coppice ${name}`), ` ${usage === '' ? '' : `${usage} `}[flags]`],
    ...explanation.flatMap((paragraph) => [[], ...wrap(paragraph, columns, '')]),
    ...(examples.length === 0
      ? []
      : [[], [toned('strong', 'Examples')], ...examples.map((line): Line => [`  ${line}`])]),
    ...(switches.length === 0 ? [] : [[], [toned('strong', switchTitle)], ...switchLines]),
    ...groups.flatMap(({ title, settings }) => [
      [],
      [toned('strong', title)],
      ...Object.values(settings).flatMap((setting) => settingLines(setting, columns)),
    ]),
    ...(command.takesSuperseded === true ? supersededLines(columns) : []),
    [],
    ...EXIT_CODE_LINES,
  ];
}

function settingLines(setting: Setting, columns: number): Line[] {
  const { flag, kind, variable, description, flagAliases = [], variableAliases = [] } = setting;
  const others = [...flagAliases.map((alias) => `--${alias}`), ...variableAliases];
  return [
    [`  --${flag}${kind.placeholder === '' ? '' : ` ${kind.placeholder}`}  `, toned('dim', variable)],
    ...wrap(`${description}. ${describeDefault(setting)}`, columns),
    ...(others.length === 0 ? [] : wrap(`Also ${others.join(', ')}.`, columns)),
  ];
}

function describeDefault({ presence, defaultText, defaultNote }: Setting): string {
  if (presence === 'required') return 'Required.';
  const text = defaultNote ?? defaultText;
  return text === undefined ? 'Optional.' : `Default: ${text}.`;
}

function supersededLines(columns: number): Line[] {
  return [
    [],
    [toned('strong', "Aztec's settings that are accepted and have no effect here")],
    ...SUPERSEDED_SETTINGS.flatMap(({ flag, variable, reason }): Line[] => [
      [`  --${flag}  `, toned('dim', variable)],
      ...wrap(`${reason[0]?.toUpperCase() ?? ''}${reason.slice(1)}.`, columns),
    ]),
  ];
}

/** Breaks a text between words, at most 100 columns wide. */
function wrap(text: string, columns: number, indent = INDENT): Line[] {
  const width = Math.max(30, Math.min(100, columns) - indent.length);
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => [indent, line]);
}
