import { epochCost, totalDollars } from '../../../shared/cost/epoch-cost.ts';
import { gasPaidWei } from '../../../shared/cost/gas-paid.ts';
import { PRICE_GROUP } from '../../../shared/config/groups/price-settings.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import { optionalArgument } from '../command-line/argument.ts';
import { fleetCommand } from '../command-line/fleet-command.ts';
import { EPOCH, findEpoch } from './find-epoch.ts';
import { renderCost } from './render-cost.ts';

/** Three days of decisions, one a minute: the log keeps no more. */
const DECISIONS = 4320;

export const COST_COMMAND = fleetCommand({
  name: 'cost',
  usage: '[EPOCH]',
  summary: 'what an epoch cost: agents by pool, AWS by service, gas on L1',
  explanation: [
    "Computed from the ledger's timings, the scaler's decisions and a table of prices; without EPOCH, for the newest epoch. " +
      'It changes nothing. Requests to AWS are estimated from the average per job.',
  ],
  argument: optionalArgument(EPOCH),
  switches: [{ flag: 'json', description: 'One JSON document' }],
  options: { groups: [PRICE_GROUP], parse: (environment) => parseSettings([PRICE_GROUP], environment) },
  execute: async (engine, { argument, options: { etherDollars } }) => {
    const { epoch, rollup } = await findEpoch(engine.epochs, argument);
    const [jobs, decisions, root] = await Promise.all([
      engine.jobs.jobsOfEpoch(epoch.id),
      engine.decisions.latest('fleet', DECISIONS),
      engine.outbox.find(epoch.id),
    ]);
    const wei = gasPaidWei(root);
    const gas = wei === undefined ? undefined : { wei, dollarsPerEther: etherDollars };
    return { epoch, rollup, parts: epochCost({ epoch, jobs, decisions, gas }) };
  },
  render: ({ epoch, rollup, parts }) => renderCost(epoch, parts, rollup),
  toJson: ({ epoch, parts }) => ({ epochId: epoch.id, epoch: epoch.epoch, dollars: totalDollars(parts), parts }),
});
