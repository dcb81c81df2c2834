import { NO_ARGUMENT } from '../command-line/argument.ts';
import { fleetCommand, NO_OPTIONS } from '../command-line/fleet-command.ts';
import { readFleetStatus } from './fleet-status.ts';
import { renderStatus } from './render-status.ts';

const LIMITS = { epochs: 10, incidents: 10, agentsSeenWithinSeconds: 120 };

export const STATUS_COMMAND = fleetCommand({
  name: 'status',
  usage: '',
  summary: 'what the fleet is doing: epochs, submissions, agents, queues, incidents',
  explanation: [
    'Reads the ledger and the queue, and needs no running process. It changes nothing. Shows the newest 10 epochs and ' +
      'incidents, and the agents that were seen in the last two minutes.',
  ],
  argument: NO_ARGUMENT,
  switches: [{ flag: 'json', description: 'One JSON document, with the complete records' }],
  options: NO_OPTIONS,
  execute: (engine) => readFleetStatus(engine, LIMITS, Date.now()),
  render: renderStatus,
});
