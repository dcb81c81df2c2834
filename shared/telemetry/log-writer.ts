import { pino } from 'pino';

import { formatLogLine } from './format-log-line.ts';
import { redactUrls } from './redact-urls.ts';

export interface LogWriterOptions {
  /** `json`: a JSON object per line. `text`: short lines for a person. @default text when stderr is a terminal */
  readonly format?: 'json' | 'text';
  /** @default stderr, as Aztec's loggers: stdout is for a command's output */
  readonly write?: (line: string) => void;
}

/** Text that waits while nothing can be written; beyond it lines are lost. */
const MAX_WAITING_BYTES = 2 ** 20;

/** Returns the last step of every line: it redacts URLs that may hold a key, and formats the line. */
export function openLogWriter(options: LogWriterOptions = {}): (jsonLine: string) => void {
  const format = options.format ?? (process.stderr.isTTY ? 'text' : 'json');
  const color = options.write === undefined && process.stderr.isTTY && !process.env['NO_COLOR'];
  // Synchronous, so that the last lines of a process that dies are not lost.
  const stderr = options.write === undefined ? openStderr() : undefined;
  const write = options.write ?? ((line: string) => stderr?.write(line));
  return (jsonLine) => {
    const redacted = redactUrls(jsonLine);
    write(format === 'json' ? redacted : formatLogLine(redacted, { color }));
  };
}

/** A full disk under the log, or a terminal that was closed, must not end the process: it proves and submits without a log. */
function openStderr(): { write(line: string): void } {
  const stderr = pino.destination({ fd: 2, sync: true, maxLength: MAX_WAITING_BYTES });
  stderr.on('error', () => undefined);
  return stderr;
}
