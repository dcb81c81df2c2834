import type { Command } from '../command-line/command.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { FLEET_GROUPS, openEngineOf } from '../command-line/fleet-settings.ts';
import { readFleetStatus } from './fleet-status.ts';
import { printJson, printLines } from '../../terminal/print.ts';
import { readCommandLine } from '../command-line/read-command-line.ts';
import { renderStatus } from './render-status.ts';

const LIMITS = { epochs: 10, incidents: 10, agentsSeenWithinSeconds: 120 };

export const STATUS_COMMAND: Command = {
  name: 'status',
  usage: '[flags]',
  summary: 'what the fleet is doing: epochs, submissions, agents, queues, incidents',
  explanation: [
    'Looks at the ledger and the queue, and needs no running process. It changes nothing. Shows the newest 10 epochs and ' +
      'incidents, and the agents that were seen in the last two minutes.',
  ],
  switchTitle: 'Output',
  switches: [{ flag: 'json', description: 'One JSON document, with the whole records' }],
  groups: FLEET_GROUPS,
  takesSuperseded: false,
  run,
};

async function run(argv: readonly string[]): Promise<number> {
  const line = readCommandLine(argv, STATUS_COMMAND);
  const engine = await openEngineOf(
    line,
    line.words.map((word) => `'${word}' is no flag: settings begin with --`),
  );
  try {
    const status = await readFleetStatus(engine, LIMITS, Date.now());
    if (line.switches.has('json')) printJson(status);
    else printLines(renderStatus(status));
    return EXIT_CODES.done;
  } finally {
    await engine.close();
  }
}
