import { parseArgs } from 'node:util';

import { compareOrders } from './fleet-simulator/compare-orders.ts';
import { type ComparedRule, MOST_MISSED_SHARE, compareRules } from './fleet-simulator/compare-rules.ts';
import { renderColumns } from './fleet-simulator/render-columns.ts';
import { TRAFFICS, type Traffic, planTraffic } from './fleet-simulator/traffic.ts';

/**
 * What scaling rules cost, and which epochs they miss: Coppice's own decision and others' as published, on simulated
 * fleets with the same epochs, durations and Spot weather.
 *
 *     npm run bench:scaling -- [--epochs 400] [--seed 1] [--traffic steady,drought]
 */
const MOST_OF_BEST_RIVAL = 0.6;
const MOST_OF_BOUND = 1.15;
const MOST_OF_PERFECT_ORDER = 1.05;
const LEAST_EPOCHS = 16;

const { values } = parseArgs({
  options: {
    epochs: { type: 'string', default: '400' },
    seed: { type: 'string', default: '1' },
    traffic: { type: 'string', default: TRAFFICS.map(({ name }) => name).join() },
  },
});
const [epochs, seed] = [Number(values.epochs), Number(values.seed)];
if (!(epochs >= 1) || !Number.isInteger(seed)) throw new Error('--epochs and --seed are whole numbers');
const traffics = values.traffic.split(',').map(trafficOf);

const RULE_COLUMNS = [32, 10, 22, 9, 9, 9, 9, 7, 7, 8, 8] as const;
const startedAtMs = performance.now();
let isMissed = false;
let simulatedEpochs = 0;

for (const traffic of traffics) {
  const count = epochsOf(traffic);
  const { plans, weather } = planTraffic(traffic, count, seed);
  const jobs = plans.reduce((sum, { circuits }) => sum + circuits.length, 0) / count;
  console.log(
    `\n${traffic.name}: ${traffic.description}; ${count} epochs of ${Math.round(jobs)} jobs on average, seed ${seed}`,
  );
  console.log(
    row(['rule', 'bought', 'setting', 'in time', '$ mean', '$ p50', '$ p95', 'killed', 'idle', 'root p50', 'root p95']),
  );
  const { coppice, bestRival, boundDollarsPerEpoch, missedThoughMakeable } = compareRules(
    { seed, plans, weather },
    (rule) => {
      simulatedEpochs += count;
      console.log(rowOf(rule));
    },
  );
  check(
    `of the cheapest rival that misses at most ${100 * MOST_MISSED_SHARE} % (${bestRival?.name ?? 'none'})`,
    coppice.meanDollars / (bestRival?.score.meanDollars ?? Infinity),
    MOST_OF_BEST_RIVAL,
  );
  check(
    `of the lower bound ($${boundDollarsPerEpoch.toFixed(3)})`,
    coppice.meanDollars / boundDollarsPerEpoch,
    MOST_OF_BOUND,
  );
  check('epochs missed that unlimited on-demand makes', missedThoughMakeable.length, 0);
  check('proofs killed by scale-in', coppice.killedProofs, 0);
}

console.log('\ntwo lanes beside a perfect priority queue: seconds from the end of an epoch to its root');
console.log(
  renderColumns(ORDER_COLUMNS(), [
    'traffic',
    'fleet',
    'lanes p50',
    'perfect',
    'later',
    'lanes p95',
    'perfect',
    'later',
  ]),
);
for (const traffic of traffics) {
  const count = epochsOf(traffic);
  const { plans, weather } = planTraffic(traffic, count, seed);
  for (const { fleet, lanes, perfect } of compareOrders({ seed, plans, weather })) {
    simulatedEpochs += 2 * count;
    const [p50, p95] = [
      lanes.p50SecondsToRoot / perfect.p50SecondsToRoot,
      lanes.p95SecondsToRoot / perfect.p95SecondsToRoot,
    ];
    if (p50 > MOST_OF_PERFECT_ORDER) isMissed = true;
    console.log(
      renderColumns(ORDER_COLUMNS(), [
        traffic.name,
        fleet,
        lanes.p50SecondsToRoot.toFixed(0),
        perfect.p50SecondsToRoot.toFixed(0),
        `${(100 * (p50 - 1)).toFixed(1)} %`,
        lanes.p95SecondsToRoot.toFixed(0),
        perfect.p95SecondsToRoot.toFixed(0),
        `${(100 * (p95 - 1)).toFixed(1)} %`,
      ]),
    );
  }
}
console.log(
  `\n${simulatedEpochs} simulated epochs took ${((performance.now() - startedAtMs) / 1000).toFixed(0)} s${isMissed ? '; a target was missed' : ''}`,
);
process.exitCode = isMissed ? 1 : 0;

function ORDER_COLUMNS(): readonly number[] {
  return [10, 24, 10, 9, 8, 10, 9, 8];
}

function trafficOf(name: string): Traffic {
  const traffic = TRAFFICS.find((each) => each.name === name);
  if (traffic !== undefined) return traffic;
  throw new Error(`there is no traffic ${name}: choose of ${TRAFFICS.map((each) => each.name).join(', ')}`);
}

function epochsOf({ epochsShare }: Traffic): number {
  return Math.max(Math.min(LEAST_EPOCHS, epochs), Math.round(epochs * epochsShare));
}

function check(what: string, value: number, most: number): void {
  const isFault = !(value <= most);
  isMissed ||= isFault;
  const shown = Number.isInteger(value) ? String(value) : value.toFixed(3);
  console.log(`  ${shown} ${what}, at most ${most}${isFault ? ': that is a fault' : ''}`);
}

function rowOf({ name, bought, setting, score }: ComparedRule): string {
  return row([
    name,
    bought,
    setting,
    `${(100 * score.inTimeShare).toFixed(2)} %`,
    score.meanDollars.toFixed(3),
    score.p50Dollars.toFixed(3),
    score.p95Dollars.toFixed(3),
    String(score.killedProofs),
    `${(100 * score.idleShare).toFixed(0)} %`,
    `${score.p50SecondsToRoot.toFixed(0)} s`,
    `${score.p95SecondsToRoot.toFixed(0)} s`,
  ]);
}

function row(cells: readonly string[]): string {
  return renderColumns(RULE_COLUMNS, cells);
}
