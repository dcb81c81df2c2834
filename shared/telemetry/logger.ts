import { pino } from 'pino';

import { DEFAULT_LOG_LEVEL, levelOf, parseLogLevel, type LogLevel } from './log-level.ts';
import { openLogWriter, type LogWriterOptions } from './log-writer.ts';

/** `log.info({ jobId, circuit }, 'proven')`: a fixed message, and fields for all that varies. */
export type Logger = pino.Logger;

export interface LoggerOptions extends LogWriterOptions {
  /** `LOG_LEVEL`, in Aztec's syntax. @default DEFAULT_LOG_LEVEL */
  readonly logLevel?: string;
}

/**
 * Makes the logger of one part of Coppice.
 * @param part such as `node` or `agent`; the module in the log and for `LOG_LEVEL` is `coppice:<part>`
 * @throws {Error} when `logLevel` is malformed
 */
export function createLogger(part: string, options: LoggerOptions = {}): Logger {
  const module = `coppice:${part}`;
  const level = toPinoLevel(levelOf(module, parseLogLevel(options.logLevel ?? DEFAULT_LOG_LEVEL)));
  const write = openLogWriter(options);
  return pino(
    {
      level,
      base: { module, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        // Wei and field elements are exact; as JSON numbers a reader would round them.
        log: (fields) => mapBigints(fields) as Record<string, unknown>,
      },
      serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
    },
    { write },
  );
}

function mapBigints(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(mapBigints);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, mapBigints(field)]));
}

/** Aztec has a level between `info` and `debug`. Coppice writes no lines at it. */
function toPinoLevel(level: LogLevel): pino.LevelWithSilent {
  return level === 'verbose' ? 'info' : level;
}
