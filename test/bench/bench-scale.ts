import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { FUNCTION_TIMINGS } from '../../infra/function-timings.ts';
import { messageOf } from './message-of.ts';
import type { EmbeddedFigures } from './scale/measure-embedded.ts';
import type { ScalerFigures } from './scale/measure-scaler.ts';
import type { StatusFigures } from './scale/measure-status.ts';

/**
 * What programs that only count, sweep or compare take with epochs of 1,000, 10,000 and 100,000 jobs, and how it grows: on
 * the embedded engine, and on DynamoDB as `fake-dynamo.ts` has it in memory. About six minutes for all sizes.
 *
 *     npm run bench:scale -- [--jobs 100000] [--epochs 10]
 *
 * Times are of the CPU, so a busy machine changes them little.
 */
const ANSWER_MS = '10';
/** Lambda gives a function a whole vCPU with this much memory, and a share of it with less. */
const MIB_OF_ONE_CPU = 1_769;
const MEASURE_TIMEOUT_MS = 280_000;

const WORK = {
  tally: 'count an epoch',
  openJobs: 'list the open jobs',
  sweep: 'sweep, every job waits with a message',
  cancelOthers: 'cancel jobs of other ranges (none)',
  rejected: 'list the rejected jobs, half of all',
  cancel: 'cancel an epoch, half of it rejected',
} as const;

const { values } = parseArgs({
  options: { jobs: { type: 'string', default: '1000,10000,100000' }, epochs: { type: 'string', default: '10' } },
});
const sizes = values.jobs.split(',').map(Number);
const shareOfCpu = Math.min(1, FUNCTION_TIMINGS['scale-fleet'].memoryMib / MIB_OF_ONE_CPU);

console.log(`jobs an epoch: ${sizes.join(', ')}; a function with ${shareOfCpu.toFixed(2)} of a CPU`);
console.log(`node ${process.version}, ${availableParallelism()} cores, ${process.platform} ${process.arch}\n`);
const figures = new Map<string, number[]>();
for (const size of sizes) {
  for (const [name, value] of [...(await embedded(size)), ...(await onDynamo(size))]) {
    figures.set(name, [...(figures.get(name) ?? []), value]);
  }
}
const columns = sizes.map((size) => `${size}`.padStart(10)).join('');
console.log(`${''.padEnd(58)}${columns}   from the first size to the last`);
for (const [name, row] of figures) {
  const growth = row.length > 1 ? `   × ${((row.at(-1) ?? 0) / (row[0] ?? 1)).toFixed(1)}` : '';
  console.log(
    `${name.padEnd(58)}${row.map((value) => value.toFixed(value < 10 ? 2 : 0).padStart(10)).join('')}${growth}`,
  );
}

async function embedded(size: number): Promise<readonly (readonly [string, number])[]> {
  const folder = await mkdtemp(join(tmpdir(), 'coppice-scale-'));
  try {
    const node = await measure<EmbeddedFigures>('measure-embedded.ts', [folder, String(size), values.epochs]);
    const status = await measure<StatusFigures>('measure-status.ts', [folder]);
    const ofNode = (['tally', 'openJobs', 'sweep', 'cancelOthers', 'rejected', 'cancel'] as const).flatMap((name) => [
      [`embedded: ${WORK[name]}, CPU ms`, node[name].cpuSeconds * 1000] as const,
      [`embedded: ${WORK[name]}, longest block, CPU ms`, node[name].blockedMs] as const,
    ]);
    return [
      ['embedded: record a job, CPU µs', node.recordSeconds * 1e6],
      ['embedded: claim, extend and prove a job, CPU µs', node.proveSeconds * 1e6],
      ...ofNode,
      [`embedded: coppice status of ${values.epochs} epochs, CPU s`, status.cpuSeconds],
      [`embedded: coppice status of ${values.epochs} epochs, peak MiB`, status.peakMib],
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function onDynamo(size: number): Promise<readonly (readonly [string, number])[]> {
  const runs = [
    ['scaler, 2 epochs open', 'scaler', '4,5', ''],
    ['scaler, 1 open and 3 ended', 'scaler', '4', '1,2,3'],
    ['watch-l1, 1 open', 'watch-l1', '4', ''],
  ] as const;
  const rows: (readonly [string, number])[] = [];
  for (const [name, what, open, ended] of runs) {
    const dynamo = fork(new URL('scale/fake-dynamo.ts', import.meta.url), [String(size), ANSWER_MS, open, ended]);
    const port = await messageOf<number>(dynamo, 'fake-dynamo.ts');
    const took = await measure<ScalerFigures>('measure-scaler.ts', [what, String(port), String(size), open, ended]);
    dynamo.disconnect();
    rows.push([`DynamoDB: ${name}, CPU s`, took.cpuSeconds]);
    // Beside the CPU time, responses of DynamoDB are waited for: both at their longest.
    rows.push([
      `DynamoDB: ${name}, s as the function`,
      took.cpuSeconds / shareOfCpu + (took.seconds - took.cpuSeconds),
    ]);
    rows.push([`DynamoDB: ${name}, requests`, took.requests]);
    rows.push([`DynamoDB: ${name}, peak MiB`, took.peakMib]);
  }
  return rows;
}

async function measure<Figures>(program: string, args: readonly string[]): Promise<Figures> {
  const child = fork(new URL(`scale/${program}`, import.meta.url), args, { timeout: MEASURE_TIMEOUT_MS });
  return await messageOf<Figures>(child, program);
}
