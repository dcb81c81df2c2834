import type { Output } from './output.ts';
import { PlainOutput } from './plain-output.ts';
import { TerminalOutput } from './terminal-output.ts';

/** Chooses how to tell people: drawn in a terminal, as plain lines anywhere else. */
export function openOutput(): Output {
  const { stdout, env } = process;
  if (!stdout.isTTY || env['TERM'] === 'dumb') return new PlainOutput((text) => stdout.write(text), Date.now);
  return new TerminalOutput(stdout, { color: !env['NO_COLOR'], nowMs: Date.now });
}
