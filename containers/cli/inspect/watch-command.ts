import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { catchInterrupts } from '../../processes/interrupts.ts';
import { openOutput } from '../../terminal/open-output.ts';
import { NO_ARGUMENT } from '../command-line/argument.ts';
import { engineCommand, NO_OPTIONS } from '../command-line/fleet-command.ts';
import { watchFleet } from './watch-fleet.ts';

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
  switches: [{ flag: 'json', description: 'One JSON document per line and poll: the epochs and the agents' }],
  options: NO_OPTIONS,
  execute: async (engine, { switches }) => {
    const interrupts = catchInterrupts(() => process.exit(EXIT_CODES.interrupted));
    try {
      const output = switches.has('json') ? undefined : openOutput();
      await watchFleet(engine, output, { nowMs: Date.now, signal: interrupts.signal });
      return EXIT_CODES.interrupted;
    } finally {
      interrupts.release();
    }
  },
});
