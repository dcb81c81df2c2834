import { LIST_GROUP } from '../../../shared/config/groups/list-settings.ts';
import { STATUS_GROUP } from '../../../shared/config/groups/status-settings.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import { outputColumns } from '../../terminal/print.ts';
import { NO_ARGUMENT } from '../command-line/argument.ts';
import { fleetCommand } from '../command-line/fleet-command.ts';
import { FleetStatusDocument } from '../json/fleet-documents.ts';
import { AGENT_SEEN_SECONDS, readFleetStatus } from '../../fleet-view/fleet-status.ts';
import { listLimit } from './list-limit.ts';
import { renderStatus } from './render-status.ts';

const NEWEST = 10;

const GROUPS = [STATUS_GROUP, LIST_GROUP] as const;

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
  examples: ['coppice status', 'coppice status --engine aws --aws-prefix coppice --json', 'coppice status --limit 50'],
  argument: NO_ARGUMENT,
  switches: [],
  output: { version: 1, description: 'One JSON document, with the complete records', schema: FleetStatusDocument },
  options: { groups: GROUPS, parse: (environment) => parseSettings(GROUPS, environment) },
  execute: async (engine, { place, options: { l1RpcUrls, limit }, switches }) => {
    const limits = {
      epochs: limit ?? NEWEST,
      incidents: limit ?? NEWEST,
      agentsSeenWithinSeconds: AGENT_SEEN_SECONDS,
    };
    const status = await readFleetStatus(engine, limits, Date.now(), { place, l1RpcUrls });
    return { status, limit: listLimit(limit, switches) };
  },
  render: ({ status, limit }) => renderStatus(status, outputColumns(), limit),
  toJson: ({ status, limit }) => ({
    ...status,
    agents: status.agents.slice(0, limit),
    deadLetters: status.deadLetters.slice(0, limit),
  }),
});
