import { readFileSync } from 'node:fs';

import { parseEnvText } from './parse-env-text.ts';
import type { Environment } from './parse-settings.ts';

/** Variables from a file, or what is wrong with it. */
export type EnvFile =
  | { readonly variables: Readonly<Record<string, string>>; readonly problems: readonly [] }
  | { readonly variables: undefined; readonly problems: readonly string[] };

/**
 * Reads a `.env` file with the values that Docker Compose gives them.
 * @param environment variables that the file may refer to as `${NAME}`, beside its own
 * @returns `undefined` when there is no such file
 */
export function readEnvFile(path: string, environment: Environment = {}): EnvFile | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return code === 'ENOENT' ? undefined : { variables: undefined, problems: [`${path} cannot be read: ${code}`] };
  }
  const { variables, problems } = parseEnvText(text, environment);
  return problems.length === 0
    ? { variables, problems: [] }
    : { variables: undefined, problems: problems.map(({ line, problem }) => `${path} line ${line}: ${problem}`) };
}
