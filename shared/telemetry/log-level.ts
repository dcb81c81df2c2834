/** Aztec's levels, from no lines to all of them. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'verbose', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * `LOG_LEVEL` when it is not set: Coppice's own lines from `info` on, and Aztec's from `warn` on. Aztec's loggers read
 * the same variable in the same syntax, so one value controls both, and child processes inherit it unchanged.
 */
export const DEFAULT_LOG_LEVEL = 'warn;info:coppice';

/** A parsed `LOG_LEVEL`: the first filter that matches a module decides, else `defaultLevel`. */
export interface LogFilters {
  readonly defaultLevel: LogLevel;
  readonly filters: readonly { readonly module: string; readonly level: LogLevel }[];
}

/**
 * Reads Aztec's syntax: `<default>;<level>:<module>,<module>;…`, later filters first.
 * @throws {Error} saying what is wrong and what is allowed. Aztec's loggers throw at the same values, on import.
 */
export function parseLogLevel(text: string): LogFilters {
  const [first = '', ...statements] = text.split(';');
  const filters = statements.flatMap((statement) => {
    const colon = statement.indexOf(':');
    const modules = statement.slice(colon + 1);
    if (colon <= 0 || modules.trim() === '') {
      throw new Error(`a filter of LOG_LEVEL is <level>:<module>,<module>, got '${statement}'`);
    }
    const level = toLogLevel(statement.slice(0, colon).trim().toLowerCase());
    return modules.split(',').map((module) => ({
      module: module
        .trim()
        .toLowerCase()
        .replace(/^aztec:/, ''),
      level,
    }));
  });
  return { defaultLevel: toLogLevel(first), filters: filters.reverse() };
}

/** The level for one module; a filter's module is a regular expression or a prefix, as Aztec has it. */
export function levelOf(module: string, { defaultLevel, filters }: LogFilters): LogLevel {
  return filters.find((filter) => matches(module, filter.module))?.level ?? defaultLevel;
}

function matches(module: string, pattern: string): boolean {
  try {
    return new RegExp(pattern).test(module);
  } catch {
    return module.startsWith(pattern);
  }
}

function toLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level === undefined) throw new Error(`a log level is one of ${LOG_LEVELS.join(', ')}, got '${text}'`);
  return level;
}
