import { pino } from 'pino';

import { formatLogLine } from './format-log-line.ts';
import { redactUrls } from './redact-urls.ts';

export interface LogWriterOptions {
  /** `json`: a JSON object per line. `text`: short lines for a person. @default text when stderr is a terminal */
  readonly format?: 'json' | 'text';
  /** @default stderr, as Aztec's loggers: stdout is for a command's output */
  readonly write?: (line: string) => void;
}

/** Returns the last step of every line: it redacts URLs that may hold a key, and formats the line. */
export function openLogWriter(options: LogWriterOptions = {}): (jsonLine: string) => void {
  const format = options.format ?? (process.stderr.isTTY ? 'text' : 'json');
  const color = options.write === undefined && process.stderr.isTTY && !process.env['NO_COLOR'];
  // Synchronous, so that the last lines of a process that dies are not lost.
  const stderr = options.write === undefined ? pino.destination({ fd: 2, sync: true }) : undefined;
  const write = options.write ?? ((line: string) => void stderr?.write(line));
  return (jsonLine) => {
    const redacted = redactUrls(jsonLine);
    write(format === 'json' ? redacted : formatLogLine(redacted, { color }));
  };
}
