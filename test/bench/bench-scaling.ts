import { parseArgs } from 'node:util';

import { FARGATE_SIZES, fargateDollarsPerHour } from '../../shared/cost/agent-prices.ts';
import { AWS_PRICES, FARGATE_SPOT } from '../../shared/cost/aws-prices.ts';
import { compareOrders } from './fleet-simulator/compare-orders.ts';
import {
  type ComparedRule,
  type Comparison,
  MOST_MISSED_SHARE,
  compareRules,
} from './fleet-simulator/compare-rules.ts';
import { CAPACITIES, POOLS } from './fleet-simulator/pools.ts';
import { renderColumns } from './fleet-simulator/render-columns.ts';
import type { SimulatedVersion } from './fleet-simulator/simulated-circuits.ts';
import { TRAFFICS, type Traffic, planTraffic } from './fleet-simulator/traffic.ts';

/**
 * What scaling rules cost, and which epochs they miss: Coppice's own decision and others' as published, on simulated
 * fleets with the same epochs, durations and Spot weather. Epochs are 6.0's, which stream while they last, with slow and broken
 * machines and jobs that run out of memory; or 4.1.2's, whose jobs come when the epoch is over.
 *
 *     npm run bench:scaling -- [--version 6.0.0|4.1.2] [--epochs 200] [--seed 1] [--traffic steady,drought]
 */
const MOST_OF_BEST_RIVAL = 0.6;
const MOST_OF_BOUND = 1.15;
const MOST_OF_PERFECT_ORDER = 1.05;
const LEAST_EPOCHS = 16;

const { values } = parseArgs({
  options: {
    epochs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    traffic: { type: 'string', default: TRAFFICS.map(({ name }) => name).join() },
    version: { type: 'string', default: '6.0.0' },
  },
});
const [epochs, seed] = [Number(values.epochs), Number(values.seed)];
if (!(epochs >= 1) || !Number.isInteger(seed)) throw new Error('--epochs and --seed are whole numbers');
const version = versionOf(values.version);
const traffics = values.traffic.split(',').map(trafficOf);

const RULE_COLUMNS = { textColumns: 3, widths: [30, 9, 20, 9, 9, 9, 9, 7, 6, 8, 8] };
const ORDER_COLUMNS = { textColumns: 3, widths: [8, 24, 17, 9, 9, 8, 9, 8, 8] };
const startedAtMs = performance.now();
const missedTargets: string[] = [];
let simulatedEpochs = 0;

console.log('dollars an hour by pool, on Spot and on demand (od):');
for (const pool of POOLS) {
  const { vcpus, memoryGb } = FARGATE_SIZES[pool];
  const prices = CAPACITIES.map((capacity) => `${capacity} $${fargateDollarsPerHour(pool, capacity).toFixed(4)}`);
  console.log(`  ${pool.padEnd(6)}  Fargate ${vcpus} vCPU, ${memoryGb} GB: ${prices.join(', ')}`);
}
console.log(`prices: ${AWS_PRICES.fargateVcpuHours.source}; Spot at ${FARGATE_SPOT.share} of on demand`);

for (const traffic of traffics) {
  const count = epochsOf(traffic);
  const { plans, weather } = planTraffic(traffic, count, seed, version);
  const jobs = plans.reduce((sum, { circuits }) => sum + circuits.length, 0) / count;
  console.log(
    `\n${traffic.name} ${version}: ${traffic.description}; ${count} epochs of ${Math.round(jobs)} jobs on average, seed ${seed}`,
  );
  console.log(
    row(['rule', 'bought', 'setting', 'in time', '$ mean', '$ p50', '$ p95', 'killed', 'idle', 'root p50', 'root p95']),
  );
  const comparison = compareRules({ seed, plans, weather }, (rule) => {
    simulatedEpochs += count;
    console.log(rowOf(rule));
  });
  judge(traffic, comparison);
}

if (version === '4.1.2') printOrders();
console.log(
  missedTargets.length === 0 ? '\nevery target holds' : `\ntargets that were missed:\n  ${missedTargets.join('\n  ')}`,
);
console.log(`${simulatedEpochs} simulated epochs took ${((performance.now() - startedAtMs) / 1000).toFixed(0)} s`);
process.exitCode = missedTargets.length === 0 ? 0 : 1;

/** Of 6.0's epochs most jobs wait for agents to be worth their start, so that the order says little. */
function printOrders(): void {
  console.log(
    '\nwhat two lanes cost beside a perfect priority queue; root: seconds from the end of an epoch to its root',
  );
  const header = ['traffic', 'fleet', 'order', 'in time', 'root p50', 'later', 'root p95', 'later', '$ mean'];
  console.log(renderColumns(ORDER_COLUMNS, header));
  for (const traffic of traffics) {
    const count = epochsOf(traffic);
    compareOrders({ seed, ...planTraffic(traffic, count, seed) }, ({ fleet, order, score, perfect }) => {
      simulatedEpochs += count;
      const later = score.p50SecondsToRoot / perfect.p50SecondsToRoot;
      if (order === 'two lanes' && later > MOST_OF_PERFECT_ORDER)
        missedTargets.push(`${traffic.name}: order, ${fleet}`);
      console.log(
        renderColumns(ORDER_COLUMNS, [
          traffic.name,
          fleet,
          order,
          percent(score.inTimeShare),
          seconds(score.p50SecondsToRoot),
          percentMore(later),
          seconds(score.p95SecondsToRoot),
          percentMore(score.p95SecondsToRoot / perfect.p95SecondsToRoot),
          score.meanDollars.toFixed(3),
        ]),
      );
    });
  }
}

function versionOf(name: string): SimulatedVersion {
  if (name === '4.1.2' || name === '6.0.0') return name;
  throw new Error(`unknown version '${name}'; choose 6.0.0 or 4.1.2`);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function seconds(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(0)} s` : 'missed';
}

function percentMore(ratio: number): string {
  return !Number.isFinite(ratio) || ratio === 0 ? '' : `${(100 * (ratio - 1)).toFixed(1)} %`;
}

function trafficOf(name: string): Traffic {
  const traffic = TRAFFICS.find((each) => each.name === name);
  if (traffic !== undefined) return traffic;
  throw new Error(`unknown traffic '${name}'; choose one of ${TRAFFICS.map((each) => each.name).join(', ')}`);
}

function epochsOf({ epochsShare }: Traffic): number {
  return Math.max(Math.min(LEAST_EPOCHS, epochs), Math.round(epochs * epochsShare));
}

/** Holds Coppice to its targets, except those that even the bound does not reach, which are only shown. */
function judge({ name }: Traffic, comparison: Comparison): void {
  const { coppice, bestRival, boundDollars, boundWithDroughtsDollars, missedThoughMakeable } = comparison;
  const check = (value: number, what: string, most: number): void => {
    const isMissed = !(value <= most);
    if (isMissed) missedTargets.push(`${name}: ${value.toFixed(3)} ${what}, at most ${most}`);
    console.log(`  ${value.toFixed(3)} ${what}, at most ${most}${isMissed ? ': MISSED' : ''}`);
  };
  const show = (value: number, what: string, because: string): void =>
    console.log(`  ${value.toFixed(3)} ${what}; ${because}`);

  const rivalDollars = bestRival?.score.meanDollars ?? Infinity;
  const toRival = `of the cheapest rival that misses at most ${100 * MOST_MISSED_SHARE} %: ${bestRival?.name ?? 'none'}`;
  const boundToRival = boundDollars / rivalDollars;
  if (boundToRival <= MOST_OF_BEST_RIVAL) check(coppice.meanDollars / rivalDollars, toRival, MOST_OF_BEST_RIVAL);
  else {
    const because = `${MOST_OF_BEST_RIVAL} is out of reach, since the lower bound is ${boundToRival.toFixed(3)} of it`;
    show(coppice.meanDollars / rivalDollars, toRival, because);
  }
  const toBound = `of the lower bound, $${boundDollars.toFixed(3)}`;
  if (boundWithDroughtsDollars === boundDollars) check(coppice.meanDollars / boundDollars, toBound, MOST_OF_BOUND);
  else {
    show(coppice.meanDollars / boundDollars, toBound, `${MOST_OF_BOUND} is out of reach, since that is all Spot`);
    const what = `of it with on-demand prices in droughts, $${boundWithDroughtsDollars.toFixed(3)}`;
    check(coppice.meanDollars / boundWithDroughtsDollars, what, MOST_OF_BOUND);
  }
  check(missedThoughMakeable.length, 'epochs missed that an unlimited on-demand fleet makes', 0);
  check(coppice.killedProofs, 'proofs killed by its own scale-in', 0);
}

function rowOf({ name, bought, setting, score }: ComparedRule): string {
  return row([
    name,
    bought,
    setting,
    percent(score.inTimeShare),
    score.meanDollars.toFixed(3),
    score.p50Dollars.toFixed(3),
    score.p95Dollars.toFixed(3),
    String(score.killedProofs),
    `${(100 * score.idleShare).toFixed(0)} %`,
    seconds(score.p50SecondsToRoot),
    seconds(score.p95SecondsToRoot),
  ]);
}

function row(cells: readonly string[]): string {
  return renderColumns(RULE_COLUMNS, cells);
}
