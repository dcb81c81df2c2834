import { expandVariables } from './expand-variables.ts';
import type { Environment } from './parse-settings.ts';

export interface ParsedEnvText {
  readonly variables: Readonly<Record<string, string>>;
  /** Without any value of the text, which may be a secret. */
  readonly problems: readonly { readonly line: number; readonly problem: string }[];
}

const BLANK_OR_COMMENT = /[^\S\n]*(?:#[^\n]*)?(?:\n|$)/y;
// `NAME: value` is allowed, too; a URL alone on its line is not such a pair.
const ASSIGNMENT = /[^\S\n]*(?:export[^\S\n]+)?([A-Za-z_]\w*)[^\S\n]*(?:=|:(?!\/\/))[^\S\n]*/y;
const SINGLE_QUOTED = /'((?:\\[^]|[^'\\])*)'/y;
const DOUBLE_QUOTED = /"((?:\\[^]|[^"\\])*)"/y;
const REST_OF_LINE = /[^\n]*\n?/y;

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  // A literal dollar sign, for the expansion that follows.
  $: '$$',
};

/**
 * Parses a `.env` file as Docker Compose does (compose-go 2.13, `dotenv`): what it reads differently in doubt, such as
 * text after a closing quote, is a problem here.
 * @param environment variables that `${NAME}` refers to; they win over the file's own
 * @see https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
 */
export function parseEnvText(text: string, environment: Environment): ParsedEnvText {
  const source = text.replace(/^\uFEFF/, '');
  const variables: Record<string, string> = {};
  const problems: { line: number; problem: string }[] = [];
  const lookUp = (name: string): string | undefined => environment[name] ?? variables[name];
  let position = 0;

  function take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = position;
    const match = pattern.exec(source);
    if (match !== null) position += match[0].length;
    return match;
  }

  while (position < source.length) {
    const line = source.slice(0, position).split('\n').length;
    const report = (problem: string): void => void problems.push({ line, problem });
    if (take(BLANK_OR_COMMENT) !== null) continue;
    const name = take(ASSIGNMENT)?.[1];
    if (name === undefined) {
      take(REST_OF_LINE);
      report('expected NAME=value or a comment');
      continue;
    }
    const quote = source[position];
    if (quote !== '"' && quote !== "'") {
      const value = (take(REST_OF_LINE)?.[0] ?? '').split(' #', 1)[0]?.trimEnd() ?? '';
      if (value.startsWith('#')) report('the value begins with #: put it in quotes, or a comment on its own line');
      else variables[name] = expandVariables(value, lookUp, report);
      continue;
    }
    const quoted = take(quote === '"' ? DOUBLE_QUOTED : SINGLE_QUOTED)?.[1];
    if (quoted === undefined) {
      take(REST_OF_LINE);
      report(`the quote ${quote} is never closed`);
    } else if (take(BLANK_OR_COMMENT) === null) {
      take(REST_OF_LINE);
      report('unexpected text after the closing quote');
    } else {
      const value = quoted.replace(/\\([^])/g, (escape, character: string) => (character === quote ? quote : escape));
      variables[name] = quote === '"' ? expandVariables(expandEscapes(value), lookUp, report) : value;
    }
  }
  return { variables, problems };
}

function expandEscapes(value: string): string {
  return value.replace(/\\(?:0([0-7]{3})|([abfnrtv$\\]))/g, (_escape, octal?: string, character?: string) =>
    octal === undefined ? (ESCAPES[character ?? ''] ?? '') : String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
