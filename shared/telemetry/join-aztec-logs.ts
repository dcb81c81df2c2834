import { Writable } from 'node:stream';

import { openLogWriter, type LogWriterOptions } from './log-writer.ts';

/** As Aztec's loggers number their levels. */
const AZTEC_LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  25: 'verbose',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/**
 * Makes what Aztec's packages log in this process come out as our own lines do: in one form, and with no key in a URL, which
 * they would print. Which lines there are is decided by `LOG_LEVEL`, when their module is first loaded: here, at the latest.
 */
export async function joinAztecLogs(options: LogWriterOptions = {}): Promise<void> {
  const { overwriteLoggingStream } = await import('@aztec/foundation/log');
  const write = openLogWriter(options);
  overwriteLoggingStream(
    new Writable({
      decodeStrings: false,
      write(line: string, _encoding, done): void {
        write(toOwnLine(line));
        done();
      },
    }),
  );
}

function toOwnLine(line: string): string {
  try {
    const { level, time, pid, hostname: _, module, ...rest } = JSON.parse(line) as Record<string, unknown>;
    const own = {
      level: AZTEC_LEVELS[Number(level)] ?? level,
      time: new Date(Number(time)).toISOString(),
      module: `aztec:${String(module)}`,
      pid,
      ...rest,
    };
    return `${JSON.stringify(own)}\n`;
  } catch {
    return line;
  }
}
