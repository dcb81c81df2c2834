import { Writable } from 'node:stream';

import { openLogWriter, type LogWriterOptions } from './log-writer.ts';

/** The levels by the numbers of Aztec's loggers. */
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
 * Makes Aztec's packages log in the form of Coppice's own lines, without the keys in URLs that they would print. Aztec's
 * log module reads `LOG_LEVEL` when it is first loaded: here, at the latest.
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
