import { type CostPart, epochCost, type OwnMachines, totalDollars } from '../../../shared/cost/epoch-cost.ts';
import { gasPaid } from '../../../shared/cost/gas-paid.ts';
import type { CostPeriod } from '../../../shared/config/groups/cost-settings.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { sampleEpoch } from '../../../shared/merge-tree/progress/sample-proven.ts';
import { nameEpoch } from '../../../shared/proving-job/name-epoch.ts';
import { KEPT_DECISIONS } from '../../fleet-view/read-epoch-cost.ts';

/** Unknown amounts are `undefined`. */
interface Amounts {
  readonly agentsDollars: number | undefined;
  readonly awsDollars: number | undefined;
  /** The most that the transactions cost. */
  readonly gasWei: bigint | undefined;
  readonly gasDollars: number | undefined;
  /** What the epochs pay, where the submitter knows it. */
  readonly rewardWei: bigint | undefined;
  /** Of everything that has a price. */
  readonly dollars: number;
}

/** What one epoch, or those that ended on one day, cost. */
export interface CostOfPeriod extends Amounts {
  /** An epoch as commands take it, or a day such as `2026-11-28`. */
  readonly name: string;
  readonly epochs: number;
}

export interface CostTrend {
  readonly by: CostPeriod;
  /** Newest first. */
  readonly periods: readonly CostOfPeriod[];
  readonly atMs: number;
}

export interface TrendOptions {
  readonly by: CostPeriod;
  /** How many of the newest epochs, or days of them. */
  readonly limit: number;
  readonly etherDollars: number | undefined;
  readonly ownMachines: OwnMachines | undefined;
  readonly nowMs: number;
}

const SUBMISSIONS = 1000;
/** The most that a ledger on AWS returns in one page or two. */
const MOST_EPOCHS = 1000;

/** Reads what the newest epochs cost, from a sample of each one's jobs: the size of an epoch makes no difference. */
export async function readCostTrend(engine: Engine, options: TrendOptions): Promise<CostTrend> {
  const { by, limit, etherDollars, ownMachines, nowMs } = options;
  const [latest, decisions, submissions] = await Promise.all([
    engine.epochs.latest(by === 'epoch' ? limit : MOST_EPOCHS),
    engine.decisions.latest('fleet', KEPT_DECISIONS),
    engine.decisions.latest('submission', SUBMISSIONS),
  ]);
  const ids = latest.map(({ id }) => id);
  const groups = Map.groupBy(latest, (epoch) => (by === 'epoch' ? nameEpoch(epoch.id, ids) : dayOf(epoch)));
  const periods: CostOfPeriod[] = [];
  for (const [name, epochs] of [...groups].slice(0, limit)) {
    const costs: Amounts[] = [];
    // One after the other: on AWS the sample of each has most of the client's sockets.
    for (const epoch of epochs) {
      const [sample, root] = await Promise.all([sampleEpoch(epoch, engine.jobs), engine.outbox.find(epoch.id)]);
      const gas = gasPaid(root, etherDollars);
      const parts = epochCost({ epoch, ...sample, decisions, gas, ownMachines });
      const reward = submissions.find(({ epochId }) => epochId === epoch.id)?.rewardWei;
      costs.push(costOfEpoch(parts, gas?.wei, reward === undefined ? undefined : BigInt(reward)));
    }
    periods.push(sumUp(name, costs));
  }
  return { by, periods, atMs: nowMs };
}

function dayOf({ closedAtMs, openedAtMs }: EpochRecord): string {
  return new Date(closedAtMs ?? openedAtMs).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

function costOfEpoch(parts: readonly CostPart[], gasWei: bigint | undefined, rewardWei: bigint | undefined): Amounts {
  const dollarsOf = (kind: CostPart['kind']): number | undefined =>
    sumOf(parts.filter((part) => part.kind === kind).map(({ dollars }) => dollars));
  return {
    agentsDollars: dollarsOf('agents'),
    awsDollars: dollarsOf('aws'),
    gasWei,
    gasDollars: dollarsOf('l1'),
    rewardWei,
    dollars: totalDollars(parts),
  };
}

function sumUp(name: string, costs: readonly Amounts[]): CostOfPeriod {
  return {
    name,
    epochs: costs.length,
    agentsDollars: sumOf(costs.map(({ agentsDollars }) => agentsDollars)),
    awsDollars: sumOf(costs.map(({ awsDollars }) => awsDollars)),
    gasWei: sumOfWei(costs.map(({ gasWei }) => gasWei)),
    gasDollars: sumOf(costs.map(({ gasDollars }) => gasDollars)),
    rewardWei: sumOfWei(costs.map(({ rewardWei }) => rewardWei)),
    dollars: costs.reduce((sum, { dollars }) => sum + dollars, 0),
  };
}

/** The sum of the known amounts; `undefined` when all are unknown. */
function sumOf(amounts: readonly (number | undefined)[]): number | undefined {
  const known = amounts.filter((amount) => amount !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, amount) => sum + amount, 0);
}

function sumOfWei(amounts: readonly (bigint | undefined)[]): bigint | undefined {
  const known = amounts.filter((amount) => amount !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, amount) => sum + amount, 0n);
}
