import { z } from 'zod';

import { COST_GROUP, COST_PERIODS } from '../../../shared/config/groups/cost-settings.ts';
import { LIST_GROUP } from '../../../shared/config/groups/list-settings.ts';
import { PRICE_GROUP } from '../../../shared/config/groups/price-settings.ts';
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import { nameOf } from '../../../shared/config/setting.ts';
import { type CostPart, totalDollars } from '../../../shared/cost/epoch-cost.ts';
import { EpochId, EpochNumber } from '../../../shared/proving-job/epoch-id.ts';
import { outputColumns } from '../../terminal/print.ts';
import { optionalArgument } from '../command-line/argument.ts';
import { fleetCommand } from '../command-line/fleet-command.ts';
import { Moment } from '../json/printed.ts';
import { type CostTrend, readCostTrend } from './cost-trend.ts';
import { EPOCH, findEpoch, type FoundEpoch } from '../../fleet-view/find-epoch.ts';
import { readEpochCost } from '../../fleet-view/read-epoch-cost.ts';
import { renderCost } from './render-cost.ts';
import { renderCostTrend } from './render-cost-trend.ts';

const DEFAULT_PERIODS = 20;

const GROUPS = [COST_GROUP, LIST_GROUP, PRICE_GROUP] as const;

const Dollars = z.number().optional().describe('Absent where no price is known');
const Wei = z.string().optional();

const OneCostDocument = z.strictObject({
  kind: z.literal('epoch'),
  epochId: EpochId,
  epoch: EpochNumber,
  dollars: z.number().describe('Of the parts that have a price'),
  parts: z.array(
    z.strictObject({
      kind: z.enum(['agents', 'aws', 'l1']),
      name: z.string().describe('A pool, an AWS service, or gas'),
      dollars: Dollars,
      because: z.string(),
    }),
  ),
});

const TrendDocument = z.strictObject({
  kind: z.literal('trend'),
  at: Moment,
  by: z.enum(COST_PERIODS),
  periods: z
    .array(
      z.strictObject({
        name: z.string().describe('An epoch as commands take it, or a day in UTC'),
        epochs: z.number().int(),
        agentsDollars: Dollars,
        awsDollars: Dollars,
        gasWei: Wei.describe('The most that their transactions cost'),
        gasDollars: Dollars,
        rewardWei: Wei.describe('What the epochs pay, where the submitter knows it'),
        dollars: z.number().describe('Of everything that has a price'),
      }),
    )
    .describe('Newest first'),
});

export const COST_COMMAND = fleetCommand({
  name: 'cost',
  usage: '[EPOCH]',
  summary: 'what an epoch cost, or epochs over time: agents by pool, AWS by service, gas on L1',
  explanation: [
    "Computed from the ledger's timings, the scaler's decisions and a table of prices; without EPOCH, for the newest epoch. " +
      'It changes nothing. Requests to AWS are estimated from the average per job.',
    'With --by it shows what the newest epochs cost and pay, one by one or by day, from a sample of the jobs of each.',
    'The embedded engine uses no AWS service: its epochs cost gas and, at --agent-dollars-per-hour, agents.',
  ],
  examples: [
    'coppice cost 1042 --ether-dollars 3000',
    'coppice cost --by day --limit 30',
    'coppice cost --by epoch --json | jq ".periods[] | [.name, .dollars]"',
  ],
  argument: optionalArgument(EPOCH),
  switches: [],
  output: {
    version: 1,
    description: 'One JSON document: the parts, or with --by the sums',
    schema: z.discriminatedUnion('kind', [OneCostDocument, TrendDocument]),
  },
  options: { groups: GROUPS, parse: (environment) => parseSettings(GROUPS, environment) },
  execute: async (engine, { argument, options }): Promise<Cost> => {
    const { costBy, limit = DEFAULT_PERIODS, etherDollars, agentDollarsPerHour } = options;
    const ownMachines = engine.disks === undefined ? undefined : { dollarsPerAgentHour: agentDollarsPerHour };
    if (costBy === undefined) {
      const found = await findEpoch(engine.epochs, argument);
      const parts = await readEpochCost(engine, found.epoch, { dollarsPerEther: etherDollars, ownMachines });
      return { kind: 'epoch', ...found, parts };
    }
    if (argument !== undefined) {
      throw new InvalidSettingsError([
        `${nameOf(COST_GROUP.settings.costBy)} covers several epochs: remove it or EPOCH`,
      ]);
    }
    const nowMs = Date.now();
    return { kind: 'trend', ...(await readCostTrend(engine, { by: costBy, limit, etherDollars, ownMachines, nowMs })) };
  },
  render: (cost) =>
    cost.kind === 'trend'
      ? renderCostTrend(cost, outputColumns())
      : renderCost(cost.epoch, cost.parts, { rollup: cost.rollup, columns: outputColumns() }),
  toJson: (cost) => {
    if (cost.kind === 'epoch') {
      const { kind, epoch, parts } = cost;
      return { kind, epochId: epoch.id, epoch: epoch.epoch, dollars: totalDollars(parts), parts };
    }
    const periods = cost.periods.map((period) => ({
      ...period,
      gasWei: period.gasWei?.toString(),
      rewardWei: period.rewardWei?.toString(),
    }));
    return { ...cost, periods };
  },
});

type Cost =
  | ({ readonly kind: 'epoch'; readonly parts: readonly CostPart[] } & FoundEpoch)
  | ({ readonly kind: 'trend' } & CostTrend);
