import { type CostPart, epochCost, type GasPaid, totalDollars } from '../../../shared/cost/epoch-cost.ts';
import { gasPaidWei } from '../../../shared/cost/gas-paid.ts';
import { PRICE_GROUP } from '../../../shared/config/groups/price-settings.ts';
import { integer } from '../../../shared/config/value-kinds.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { EpochNumber } from '../../../shared/proving-job/proving-job-id.ts';
import type { Command } from '../command-line/command.ts';
import { EXIT_CODES } from '../../processes/exit-codes.ts';
import { findEpoch } from './find-epoch.ts';
import { FLEET_GROUPS, openEngineOf } from '../command-line/fleet-settings.ts';
import { printJson, printLines } from '../../terminal/print.ts';
import { readCommandLine } from '../command-line/read-command-line.ts';
import { renderCost } from './render-cost.ts';

/** Three days of decisions, one a minute: the log keeps no more. */
const DECISIONS = 4320;

export const COST_COMMAND: Command = {
  name: 'cost',
  usage: '[EPOCH] [flags]',
  summary: 'what an epoch cost: agents by pool, AWS by service, gas on L1',
  explanation: [
    "Reckons from the ledger's times, the scaler's decisions and a table of prices; without EPOCH, of the newest. It changes " +
      'nothing. Requests to AWS are estimated from what a job takes on average.',
  ],
  switchTitle: 'Output',
  switches: [{ flag: 'json', description: 'One JSON document' }],
  groups: [...FLEET_GROUPS, PRICE_GROUP],
  takesSuperseded: false,
  run,
};

async function run(argv: readonly string[]): Promise<number> {
  const line = readCommandLine(argv, COST_COMMAND);
  const [word, ...others] = line.words;
  const number = word === undefined ? undefined : integer(0).parse(word);
  const prices = parseSettings([PRICE_GROUP], line.environment);
  const engine = await openEngineOf(line, [
    ...(number?.success === false ? [`the epoch is a whole number; got '${word ?? ''}'`] : []),
    ...others.map((other) => `'${other}' is one word too many`),
    ...prices.problems,
  ]);
  try {
    const epoch = await findEpoch(engine.epochs, number === undefined ? undefined : EpochNumber.parse(number.data));
    const parts = await readCost(engine, epoch, prices.settings?.etherDollars);
    if (line.switches.has('json')) printJson({ epoch: epoch.epoch, dollars: totalDollars(parts), parts });
    else printLines(renderCost(epoch, parts));
    return EXIT_CODES.done;
  } finally {
    await engine.close();
  }
}

async function readCost(engine: Engine, epoch: EpochRecord, dollarsPerEther: number | undefined): Promise<CostPart[]> {
  const [jobs, decisions, root] = await Promise.all([
    engine.jobs.jobsOfEpoch(epoch.epoch),
    engine.decisions.latest('fleet', DECISIONS),
    engine.outbox.find(epoch.epoch),
  ]);
  const wei = gasPaidWei(root);
  const gas: GasPaid | undefined = wei === undefined ? undefined : { wei, dollarsPerEther };
  return epochCost({ epoch, jobs, decisions, gas });
}
