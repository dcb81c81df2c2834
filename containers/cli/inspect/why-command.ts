import { NO_ARGUMENT } from '../command-line/argument.ts';
import { fleetCommand, NO_OPTIONS } from '../command-line/fleet-command.ts';
import { LATEST_EPOCHS } from './find-epoch.ts';
import { renderWhy } from './render-why.ts';

/** An hour of decisions, one a minute. */
const DECISIONS = 60;
const SUBMISSIONS = 10;

export const WHY_COMMAND = fleetCommand({
  name: 'why',
  usage: '',
  summary: 'explain the number of agents and the state of each root',
  explanation: [
    'Shows what the scaler and the submitter decided in the last hour, with their reasons. It changes nothing. A fleet on ' +
      'one machine has no scaler: it runs the agents that you start.',
  ],
  argument: NO_ARGUMENT,
  switches: [{ flag: 'json', description: 'One JSON document, with the complete decisions' }],
  options: NO_OPTIONS,
  execute: async ({ decisions, epochs }) => {
    const [fleet, submissions, known] = await Promise.all([
      decisions.latest('fleet', DECISIONS),
      decisions.latest('submission', SUBMISSIONS),
      epochs.latest(LATEST_EPOCHS),
    ]);
    return { fleet, submissions, epochIds: known.map(({ id }) => id), atMs: Date.now() };
  },
  render: renderWhy,
  toJson: ({ fleet, submissions, atMs }) => ({ fleet, submissions, atMs }),
});
