import { SUPERSEDED_SETTINGS } from '../../../shared/config/aztec/superseded-settings.ts';
import { settingsIn } from '../../../shared/config/groups/known-settings.ts';
import type { Setting } from '../../../shared/config/setting.ts';
import { type Line, toned } from '../../terminal/line.ts';
import { EXIT_CODE_MEANINGS, EXIT_CODES, type ExitCodeName } from '../../processes/exit-codes.ts';
import { breakLine, wrapLine } from '../../terminal/wrap-line.ts';
import { type Command, switchesOf } from './command.ts';

const INDENT = '      ';
/** Every command may end with these. */
const COMMON_EXIT_CODES: readonly ExitCodeName[] = ['done', 'failed', 'misused', 'unfit'];

/** What `coppice --help` prints. */
export function renderOverview(commands: readonly Command[], version: string, columns: number): Line[] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    [toned('strong', 'coppice'), ` ${version}: proves Aztec epochs on a fleet of agents`],
    [],
    ['coppice <command> [flags]'],
    [],
    [toned('strong', 'Commands')],
    ...commands.flatMap(({ name, summary }) =>
      wrapLine([`  ${name.padEnd(width)}  `, summary], columns, ' '.repeat(width + 4)),
    ),
    [],
    ...wrapLine(
      ['coppice <command> --help explains a command, --help-all with every flag, its variable and default.'],
      columns,
    ),
    ['coppice --version prints the versions of Coppice and Aztec.'],
    [],
    ...exitCodeLines(Object.keys(EXIT_CODES) as ExitCodeName[], columns),
  ];
}

/**
 * What `coppice <command> --help` prints.
 * @param isWhole with every setting, for `--help-all`
 */
export function renderCommandHelp(command: Command, columns: number, isWhole: boolean): Line[] {
  const { name, usage, explanation, examples, exitCodes = [], switchTitle = 'Output', groups } = command;
  const switches = switchesOf(command);
  const shown = isWhole ? groups : (command.briefGroups ?? groups);
  const left = new Set(settingsIn(groups)).size - new Set(settingsIn(shown)).size;
  const switchLines = switches.flatMap(({ flag, description }): Line[] => [
    [`  --${flag}`],
    ...wrap(description, columns),
  ]);
  return [
    [toned('strong', `coppice ${name}`), ` ${usage === '' ? '' : `${usage} `}[flags]`],
    ...explanation.flatMap((paragraph) => [[], ...wrap(paragraph, columns, '')]),
    [],
    [toned('strong', 'Examples')],
    ...examples.map((line): Line => [`  ${line}`]),
    ...(switches.length === 0 ? [] : [[], [toned('strong', switchTitle)], ...switchLines]),
    ...shown.flatMap(({ title, settings }) => [
      [],
      [toned('strong', title)],
      ...Object.values(settings).flatMap((setting) => settingLines(setting, columns)),
    ]),
    ...(command.takesSuperseded === true && isWhole ? supersededLines(columns) : []),
    ...(left === 0 ? [] : [[], [`${left} more settings: coppice ${name} --help-all`]]),
    [],
    ...exitCodeLines([...COMMON_EXIT_CODES, ...exitCodes], columns),
  ];
}

function exitCodeLines(names: readonly ExitCodeName[], columns: number): Line[] {
  return [
    [toned('strong', 'Exit codes')],
    ...names.flatMap((name) =>
      wrapLine([`  ${String(EXIT_CODES[name]).padEnd(3)}  ${EXIT_CODE_MEANINGS[name]}`], columns, ' '.repeat(7)),
    ),
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

/** Breaks a text between words, at most 100 columns wide. Longer words stay whole: they are values that people copy. */
function wrap(text: string, columns: number, indent = INDENT): Line[] {
  return breakLine([`${indent}${text}`], Math.max(30 + indent.length, Math.min(100, columns)), indent);
}
