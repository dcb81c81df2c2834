import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startAwsEmulator } from '../../containers/local-fleet/aws-emulator.ts';
import { dollarsOf } from '../../shared/cost/aws-prices.ts';
import type { GateCall } from '../fixtures/aws-gate.ts';
import { billEpoch, fleetSizeOf } from './aws/bill-epoch.ts';
import { renderLines, renderPrices } from './aws/cost-line.ts';
import { CountedFleet, type Role } from './aws/counted-fleet.ts';
import { measureActs } from './aws/measure.ts';
import { averagesOfEpoch, CHECKPOINT, EPOCH_SECONDS, JOBS } from './aws/priced-epoch.ts';
import { EPOCH, runCountedEpoch } from './aws/run-counted-epoch.ts';
import { timesUsage, usageOf } from './aws/usage.ts';
import { weighLedger } from './aws/weigh-ledger.ts';

/**
 * What AWS would charge for an epoch of 10,000 jobs: the programs' own calls, counted at a gate before the emulator, one
 * checkpoint's jobs of sham proofs, times the price of each.
 *
 *     npm run bench:aws
 */
const MOST_DOLLARS = 0.35;

process.env['AWS_ACCESS_KEY_ID'] ??= 'emulator';
process.env['AWS_SECRET_ACCESS_KEY'] ??= 'emulator';
const folder = await mkdtemp(join(tmpdir(), 'coppice-bench-'));
const given = process.env['AWS_ENDPOINT_URL'] ?? '';
const emulator = given === '' ? await startAwsEmulator({ logFile: join(folder, 'emulator.log') }) : undefined;
const target = emulator?.endpoint ?? given;

const fleet = await CountedFleet.open(target);
const averages = averagesOfEpoch();
const jobs = await runCountedEpoch(fleet, CHECKPOINT);
const [nodeCalls, agentCalls] = [countedCalls('node'), countedCalls('agent')];
const weight = await weighLedger({ region: 'us-east-1', endpoint: target }, fleet.prefix, EPOCH);
const acts = await measureActs(fleet, fleetSizeOf(averages));
await fleet.close();
await emulator?.stop();
await rm(folder, { recursive: true });

const lines = billEpoch({
  averages,
  node: timesUsage(1 / jobs, usageOf(nodeCalls)),
  agent: timesUsage(1 / jobs, usageOf(agentCalls)),
  acts,
  ledgerBytesPerJob: weight.bytes / jobs,
});
const total = lines.reduce((sum, { usage }) => sum + dollarsOf(usage), 0);

console.log(`counted on the emulator: ${jobs} jobs, a checkpoint; per job then, times ${JOBS.toLocaleString('en-US')}`);
console.log(
  `the epoch: ${averages.jobs.toLocaleString('en-US')} jobs of 32 such checkpoints, proven in ${EPOCH_SECONDS / 60} minutes by ${fleetSizeOf(averages)} agents\n`,
);
console.log('requests per job');
for (const [name, calls] of [
  ['node', nodeCalls],
  ['agent', agentCalls],
] as const) {
  for (const [operation, count] of countBy(calls)) {
    console.log(`  ${name.padEnd(6)} ${operation.padEnd(32)} ${(count / jobs).toFixed(3).padStart(7)}`);
  }
}
console.log(
  `\nledger: ${(weight.items / jobs).toFixed(2)} items and ${Math.round(weight.bytes / jobs)} bytes per job, the largest about ${Math.round(weight.largestBytes / 10) * 10}\n`,
);
console.log(renderLines(lines));
console.log(`\n${lines.map(({ name, because }) => `  ${name}: ${because}`).join('\n')}`);
console.log(`\nprices, US East (N. Virginia)\n${renderPrices()}`);
console.log(
  '\nnot counted: compute, logs and metrics, data that leaves the region, NAT, and what is paid by the month whatever happens',
);
const isMissed = total > MOST_DOLLARS;
console.log(
  `\n$${total.toFixed(4)} for an epoch of ${JOBS.toLocaleString('en-US')} jobs, at most $${MOST_DOLLARS}${isMissed ? ': that is a fault' : ''}`,
);
process.exitCode = isMissed ? 1 : 0;

/** What the epoch's jobs cost: without what follows the clock, and what is asked for once in a program's life. */
function countedCalls(role: Role): readonly Readonly<GateCall>[] {
  return fleet
    .calls(role)
    .filter(
      ({ operation, messages }) =>
        !['GetRecords', 'GetQueueUrl', 'DescribeTable', 'DescribeStream', 'GetShardIterator'].includes(operation) &&
        messages !== 0,
    );
}

function countBy(calls: readonly Readonly<GateCall>[]): readonly (readonly [string, number])[] {
  const counts = Map.groupBy(calls, ({ service, operation }) => `${service}:${operation}`);
  return [...counts].map(([operation, group]) => [operation, group.length] as const).sort();
}
