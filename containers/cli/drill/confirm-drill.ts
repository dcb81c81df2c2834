import { createInterface } from 'node:readline/promises';

import { DrillRefusedError } from './drill-plan.ts';

/** Confirms a drill on the command line, without a prompt. */
export const CONFIRMATION = 'yes-inject-fault';

/** @throws {DrillRefusedError} unless the operator confirms */
export async function confirmDrill(fault: string, { isConfirmed }: { readonly isConfirmed: boolean }): Promise<void> {
  if (isConfirmed) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new DrillRefusedError([`cannot ask without a terminal: confirm it with --${CONFIRMATION}`]);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Type ${fault} to begin: `);
    if (answer.trim() !== fault) throw new DrillRefusedError(['it was not confirmed']);
  } finally {
    terminal.close();
  }
}
