import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { runInterruptibly } from '../../processes/interrupts.ts';
import type { FleetSnapshot } from '../../epoch-view/fleet-snapshot.ts';
import { openOutput } from '../../terminal/open-output.ts';
import { printJsonLine } from '../../terminal/print.ts';
import { NO_ARGUMENT } from '../command-line/argument.ts';
import { engineCommand, NO_OPTIONS } from '../command-line/fleet-command.ts';
import { SnapshotDocument } from '../json/fleet-documents.ts';
import { type JsonOutput, toDocument } from '../json/json-output.ts';
import { showIn, watchFleet } from './watch-fleet.ts';

const OUTPUT: JsonOutput = {
  version: 1,
  form: 'lines',
  description: 'One JSON document per line and poll: the epochs and the agents',
  schema: SnapshotDocument,
};

export const WATCH_COMMAND = engineCommand({
  name: 'watch',
  usage: '',
  summary: 'show live what the fleet proves, and when each epoch will be done',
  explanation: [
    'The live view of npm start for any fleet: the merge tree of the oldest open epoch, what its root waits for and when it ' +
      'comes, and what each agent proves. In a pipe it writes plain lines instead. It reads the ledger, changes nothing, and ' +
      'goes on until Ctrl-C.',
    'On AWS it polls less often the more jobs an epoch has, so that watching costs less than ten cents an hour.',
  ],
  examples: ['coppice watch', 'coppice watch --engine aws --aws-prefix coppice'],
  argument: NO_ARGUMENT,
  exitCodes: ['interrupted'],
  switches: [],
  output: OUTPUT,
  options: NO_OPTIONS,
  execute: async (engine, { switches }) => {
    const onSnapshot = showSnapshots(switches.has('json'));
    await runInterruptibly((signal) => watchFleet(engine, onSnapshot, { nowMs: Date.now, signal }));
    return EXIT_CODES.interrupted;
  },
});

/** Shows snapshots to people, or prints them for programs. */
export function showSnapshots(isJson: boolean): (snapshot: FleetSnapshot) => void {
  return isJson ? (snapshot) => printJsonLine(toDocument(OUTPUT, snapshot)) : showIn(openOutput());
}
