import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** Variables from a file, or what is wrong with it. */
export type EnvFile =
  | { readonly variables: Readonly<Record<string, string>>; readonly problems: readonly [] }
  | { readonly variables: undefined; readonly problems: readonly string[] };

const QUOTED_VALUE = /=[ \t]*(["'`])[^]*?\1/g;
const ASSIGNMENT = /^(export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*=/;

/**
 * Reads a `.env` file: `NAME=value` lines, `export` before them, quotes around values (over several lines if need be),
 * comments after `#`.
 * @returns `undefined` when there is no such file
 */
export function readEnvFile(path: string): EnvFile | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return code === 'ENOENT' ? undefined : { variables: undefined, problems: [`${path} cannot be read: ${code}`] };
  }
  // The parser leaves out what it does not understand; here that is a typing error of somebody's settings.
  const strayLines = findStrayLines(text);
  if (strayLines.length > 0) {
    return {
      variables: undefined,
      problems: strayLines.map((line) => `${path} line ${line} is neither NAME=value nor a comment`),
    };
  }
  return { variables: parseEnv(text) as Record<string, string>, problems: [] };
}

/** Numbers of the lines, from 1, that are no assignment, no comment and not blank. */
function findStrayLines(text: string): readonly number[] {
  const withoutComments = text.replace(/^[ \t]*#.*$/gm, '');
  const withoutValues = withoutComments.replace(
    QUOTED_VALUE,
    (value) => `=${value.replace(/[^\n]/g, '').replaceAll('\n', '\n#')}`,
  );
  return withoutValues.split('\n').flatMap((line, index) => {
    const rest = line.trim();
    return rest === '' || rest.startsWith('#') || ASSIGNMENT.test(rest) ? [] : [index + 1];
  });
}
