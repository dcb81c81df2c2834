import { pino } from 'pino';

import { DEFAULT_LOG_LEVEL, levelOf, parseLogLevel, type LogLevel } from './log-level.ts';
import { formatLogLine } from './format-log-line.ts';
import { redactUrls } from './redact-urls.ts';

/** `log.info({ jobId, circuit }, 'proven')`: a fixed message, and fields for all that varies. */
export type Logger = pino.Logger;

export interface LoggerOptions {
  /** `LOG_LEVEL`, in Aztec's syntax. @default DEFAULT_LOG_LEVEL */
  readonly logLevel?: string;
  /** `json`: a JSON object per line. `text`: short lines for a person. @default text when stderr is a terminal */
  readonly format?: 'json' | 'text';
  /** @default stderr, as Aztec's loggers: stdout is for what a command answers */
  readonly write?: (line: string) => void;
}

/**
 * Makes the logger of one part of Coppice.
 * @param part such as `node` or `agent`; the module in the log and for `LOG_LEVEL` is `coppice:<part>`
 * @throws {Error} when `logLevel` is malformed
 */
export function createLogger(part: string, options: LoggerOptions = {}): Logger {
  const module = `coppice:${part}`;
  const level = toPinoLevel(levelOf(module, parseLogLevel(options.logLevel ?? DEFAULT_LOG_LEVEL)));
  const format = options.format ?? (process.stderr.isTTY ? 'text' : 'json');
  // Synchronous, so that the last words of a process that dies are not lost.
  const stderr = pino.destination({ fd: 2, sync: true });
  const write = options.write ?? ((line: string) => stderr.write(line));
  const color = options.write === undefined && process.stderr.isTTY && !process.env['NO_COLOR'];
  return pino(
    {
      level,
      base: { module, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        // Wei and field elements are exact; as JSON numbers they would be rounded by whoever reads the line.
        log: (fields) => mapBigints(fields) as Record<string, unknown>,
      },
      serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
    },
    {
      write(line: string): void {
        const redacted = redactUrls(line);
        write(format === 'json' ? redacted : formatLogLine(redacted, { color }));
      },
    },
  );
}

function mapBigints(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(mapBigints);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, mapBigints(field)]));
}

/** Aztec has a level between `info` and `debug`. We write no line at it. */
function toPinoLevel(level: LogLevel): pino.LevelWithSilent {
  return level === 'verbose' ? 'info' : level;
}
