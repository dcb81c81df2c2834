import type { Command } from '../command-line/command.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { FLEET_GROUPS, openEngineOf } from '../command-line/fleet-settings.ts';
import { printJson, printLines } from '../../terminal/print.ts';
import { readCommandLine } from '../command-line/read-command-line.ts';
import { renderWhy } from './render-why.ts';

/** An hour of decisions, one a minute. */
const DECISIONS = 60;
const SUBMISSIONS = 10;

export const WHY_COMMAND: Command = {
  name: 'why',
  usage: '[flags]',
  summary: 'why there are so many agents, and why a root went out or waits',
  explanation: [
    'Reads what the scaler and the submitter have decided in the last hour, with their reasons. It changes nothing. A fleet ' +
      'on one machine has no scaler: its agents are those that you start.',
  ],
  switchTitle: 'Output',
  switches: [{ flag: 'json', description: 'One JSON document, with the whole decisions' }],
  groups: FLEET_GROUPS,
  takesSuperseded: false,
  run,
};

async function run(argv: readonly string[]): Promise<number> {
  const line = readCommandLine(argv, WHY_COMMAND);
  const engine = await openEngineOf(
    line,
    line.words.map((word) => `'${word}' is no flag: settings begin with --`),
  );
  try {
    const [fleet, submissions] = await Promise.all([
      engine.decisions.latest('fleet', DECISIONS),
      engine.decisions.latest('submission', SUBMISSIONS),
    ]);
    const decisions = { fleet, submissions, atMs: Date.now() };
    if (line.switches.has('json')) printJson(decisions);
    else printLines(renderWhy(decisions));
    return EXIT_CODES.done;
  } finally {
    await engine.close();
  }
}
