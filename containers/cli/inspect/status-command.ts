import { STATUS_GROUP } from '../../../shared/config/groups/status-settings.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import { outputColumns } from '../../terminal/print.ts';
import { NO_ARGUMENT } from '../command-line/argument.ts';
import { fleetCommand } from '../command-line/fleet-command.ts';
import { readFleetStatus } from './fleet-status.ts';
import { renderStatus } from './render-status.ts';

const LIMITS = { epochs: 10, incidents: 10, agentsSeenWithinSeconds: 120 };

export const STATUS_COMMAND = fleetCommand({
  name: 'status',
  usage: '',
  summary: 'what the fleet is doing: epochs, submissions, agents, queues, incidents',
  explanation: [
    'Reads the ledger and the queue, and needs no running process. It changes nothing. Shows the newest 10 epochs and ' +
      'incidents, and the agents that were seen in the last two minutes. Of each open epoch it predicts when its root will be ' +
      'proven; coppice why EPOCH explains that.',
    'With the RPC URLs of L1 it also shows how old its newest block is, what the publisher holds, and which epochs another ' +
      'prover has proven.',
  ],
  examples: ['coppice status', 'coppice status --engine aws --aws-prefix coppice --json'],
  argument: NO_ARGUMENT,
  switches: [{ flag: 'json', description: 'One JSON document, with the complete records' }],
  options: { groups: [STATUS_GROUP], parse: (environment) => parseSettings([STATUS_GROUP], environment) },
  execute: (engine, { place, options: { l1RpcUrls } }) =>
    readFleetStatus(engine, LIMITS, Date.now(), { place, l1RpcUrls }),
  render: (status) => renderStatus(status, outputColumns()),
});
