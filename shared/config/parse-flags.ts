import type { Setting } from './setting.ts';
import { suggest } from './suggest.ts';

/** A flag that selects what to do; it is not a setting and has no variable. */
export interface SwitchFlag {
  /** Without its dashes. */
  readonly flag: string;
  readonly description: string;
}

/** The flags that a command takes. */
export interface FlagTable {
  readonly settings: readonly Pick<Setting, 'flag' | 'flagAliases' | 'variable' | 'kind'>[];
  readonly switches: readonly SwitchFlag[];
}

export interface ParsedFlags {
  /** Text by the setting's variable. */
  readonly texts: ReadonlyMap<string, string>;
  readonly switches: ReadonlySet<string>;
  /** Positional arguments. */
  readonly words: readonly string[];
  readonly problems: readonly string[];
}

const SWITCH_WORDS = ['true', 'false', 'TRUE', 'FALSE', '0', '1'];

/** Parses `--flag value`, `--flag=value`, and `--flag` where no value is needed. Everything else is a problem. */
export function parseFlags(argv: readonly string[], table: FlagTable): ParsedFlags {
  const settings = new Map(
    table.settings.flatMap((setting) =>
      [setting.flag, ...(setting.flagAliases ?? [])].map((flag) => [flag, setting] as const),
    ),
  );
  const switchFlags = new Set(table.switches.map(({ flag }) => flag));
  const texts = new Map<string, string>();
  const switches = new Set<string>();
  const words: string[] = [];
  const problems: string[] = [];

  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    if (!argument.startsWith('-') || argument === '-') {
      words.push(argument);
      continue;
    }
    const [, flag = '', , inlineText] = /^-{1,2}([^=]*)(=([^]*))?$/.exec(argument) ?? [];
    const setting = argument.startsWith('--') ? settings.get(flag) : undefined;
    if (setting === undefined) {
      if (switchFlags.has(flag) && argument === `--${flag}`) switches.add(flag);
      else if (switchFlags.has(flag)) problems.push(`--${flag} takes no value`);
      else problems.push(describeUnknown(argument.split('=', 1)[0] ?? '', [...settings.keys(), ...switchFlags]));
      // The next argument is probably its value; as a positional argument it would be a second problem.
      if (inlineText === undefined && !switchFlags.has(flag) && isValue(argv[index + 1])) index++;
      continue;
    }
    const next = argv[index + 1];
    const isSwitch = setting.kind.placeholder === '';
    let text = inlineText;
    if (text === undefined && next !== undefined && (isSwitch ? SWITCH_WORDS.includes(next) : isValue(next))) {
      text = next;
      index++;
    }
    if (text === undefined && isSwitch) text = 'true';
    if (text === undefined || text.trim() === '') {
      problems.push(`--${flag} needs a value: ${setting.kind.allowed}`);
    } else if (texts.has(setting.variable)) {
      problems.push(`--${flag} is given twice${flag === setting.flag ? '' : ` (also as --${setting.flag})`}`);
    } else {
      texts.set(setting.variable, text.trim());
    }
  }
  return { texts, switches, words, problems };
}

/** A negative number is a value as well. */
function isValue(argument: string | undefined): argument is string {
  return argument !== undefined && (!argument.startsWith('-') || /^-\d/.test(argument) || argument === '-');
}

function describeUnknown(flag: string, known: readonly string[]): string {
  const closest = suggest(flag.replace(/^-+/, ''), known);
  return `unknown flag ${flag}${closest === undefined ? '' : `; did you mean --${closest}?`}`;
}
