import type { Output } from './output.ts';
import { PlainOutput } from './plain-output.ts';
import { TerminalOutput } from './terminal-output.ts';

/** Redraws in a terminal, and writes plain lines anywhere else. */
export function openOutput(): Output {
  const { stdout, env } = process;
  if (!stdout.isTTY || env['TERM'] === 'dumb') return new PlainOutput((text) => stdout.write(text), Date.now);
  return new TerminalOutput(stdout, { color: !env['NO_COLOR'], nowMs: Date.now });
}
