const COLOR_OF_LEVEL: Readonly<Record<string, number>> = {
  fatal: 41,
  error: 31,
  warn: 33,
  info: 32,
  debug: 34,
  trace: 90,
};

/**
 * Turns a line of JSON from the logger into one that a person reads:
 * `12:34:56.789 WARN coppice:agent lost the lease jobId=7:ROOT_ROLLUP:…`, and the stack of an error below it.
 * @param line as pino wrote it; anything but a JSON object is returned unchanged
 */
export function formatLogLine(line: string, { color }: { readonly color: boolean }): string {
  const record = parseRecord(line);
  if (record === undefined) return line;
  const { level, time, module, pid: _pid, msg, err, error, ...fields } = record;
  const paint = (code: number, text: string): string => (color ? `\u001B[${code}m${text}\u001B[0m` : text);
  const words = [
    paint(90, toText(time).slice(11, 23)),
    paint(COLOR_OF_LEVEL[toText(level)] ?? 0, toText(level).toUpperCase().padEnd(5)),
    paint(1, toText(module)),
    toText(msg ?? ''),
    ...Object.entries(fields).map(([name, value]) => `${paint(36, `${name}=`)}${toText(value)}`),
  ];
  return `${words.join(' ')}\n${[err, error].map(stackLines).join('')}`;
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function stackLines(error: unknown): string {
  if (error === undefined) return '';
  const isError = typeof error === 'object' && error !== null && 'stack' in error;
  const text = isError ? toText(error.stack) : toText(error);
  return text.replace(/^/gm, '    ') + '\n';
}
