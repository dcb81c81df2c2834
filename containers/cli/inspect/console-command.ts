import { CONSOLE_GROUP } from '../../../shared/config/groups/console-settings.ts';
import { PRICE_GROUP } from '../../../shared/config/groups/price-settings.ts';
import { STATUS_GROUP } from '../../../shared/config/groups/status-settings.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import { isLoopback } from '../../broker/transport/client-networks.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { runInterruptibly } from '../../processes/interrupts.ts';
import { printLines, printNotices } from '../../terminal/print.ts';
import { NO_ARGUMENT } from '../command-line/argument.ts';
import { engineCommand } from '../command-line/fleet-command.ts';

const GROUPS = [CONSOLE_GROUP, STATUS_GROUP, PRICE_GROUP] as const;

export const CONSOLE_COMMAND = engineCommand({
  name: 'console',
  usage: '',
  summary: 'serve a web page about the fleet: epochs, merge trees, agents, scaling, cost, incidents',
  explanation: [
    'Serves a page on this machine, read-only, until Ctrl-C: the epochs with their predicted finish against the deadline, the ' +
      'merge tree of each with the story of every job, agents and how busy they are, scaling decisions with their reasons, cost ' +
      'and reward, incidents. It changes nothing, and shows no key and no payload.',
    'It reads the ledger only while somebody has the page open, and once for all viewers: on AWS that costs less than ten cents ' +
      'an hour. There, run it on your own machine, with your own credentials. Without the RPC URLs of L1 it shows what the ' +
      'fleet itself has recorded of L1.',
  ],
  examples: ['coppice console --port 8090', 'coppice console --engine aws --aws-prefix coppice --ether-dollars 3000'],
  argument: NO_ARGUMENT,
  exitCodes: ['interrupted'],
  switches: [],
  options: { groups: GROUPS, parse: (environment) => parseSettings(GROUPS, environment) },
  execute: async (engine, { place, options }) => {
    const {
      consoleHost: host,
      consolePort: port,
      consoleHostNames,
      l1RpcUrls = [],
      etherDollars,
      agentDollarsPerHour,
    } = options;
    const { runConsole } = await import('../../console/run-console.ts');
    if (!isLoopback(host)) {
      const advice =
        'anyone who reaches it can read what the fleet does, since it asks for no password: fence the port';
      printNotices([`the console listens beyond this machine: ${advice}`]);
    }
    await runInterruptibly((signal) =>
      runConsole(
        { host, port, hostNames: consoleHostNames ?? [], place, l1RpcUrls, etherDollars, agentDollarsPerHour },
        {
          engine,
          signal,
          onListening: (listened) => printLines([[`console of ${place}: ${urlOf(host, listened)}  (Ctrl-C stops it)`]]),
          onTrouble: (message) => printNotices([`could not read the fleet: ${message}`]),
        },
      ),
    );
    return EXIT_CODES.interrupted;
  },
});

/** What to open in a browser on this machine, also where the console listens on all addresses. */
function urlOf(host: string, port: number): string {
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}/`;
}
