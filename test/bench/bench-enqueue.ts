import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import type { EnqueueResult, EnqueueRun } from './enqueue/enqueue-run.ts';

/**
 * How long the node takes to ask for all jobs of an epoch at once, and to take up as many that are proven after a
 * restart, on the aws engine against an AWS on loopback that responds within 30 ms; beside it the same node without the
 * bound on what it has under way.
 *
 *     npm run bench:enqueue -- [--jobs 10000] [--patience 300]
 */
const MOST_MS_A_JOB = 7.5;
const INPUTS_BYTES = 65_536;
const ANSWER_MS = 30;

const { values } = parseArgs({
  options: { jobs: { type: 'string', default: '10000' }, patience: { type: 'string', default: '300' } },
});
const [jobs, patienceSeconds] = [Number(values.jobs), Number(values.patience)];
if (!Number.isInteger(jobs) || !(jobs >= 1)) throw new Error('--jobs is a whole number, at least 1');

const faults: string[] = [];
console.log(`${jobs} jobs at once, inputs of ${INPUTS_BYTES / 1024} KiB, responses within ${ANSWER_MS} ms`);
console.log(`node ${process.version}, ${availableParallelism()} cores, ${process.platform} ${process.arch}\n`);
for (const phase of ['ask', 'restart'] as const) {
  const title = phase === 'ask' ? 'new jobs, until each is enqueued' : 'proven jobs, until each proof is read';
  const bounded = await runOnce(phase, true);
  console.log(`${title}\n${lineOf('bounded', bounded)}`);
  const unbounded = await runOnce(phase, false);
  console.log(lineOf('unbounded', unbounded));
  const times = unbounded.seconds / Math.max(1, unbounded.done) / (bounded.seconds / bounded.done);
  console.log(`  a job takes ${times.toFixed(1)} times as long without the bound\n`);
  if (bounded.failedCalls > 0) faults.push(`${phase}: ${bounded.failedCalls} failed calls`);
  if (bounded.done < jobs) faults.push(`${phase}: only ${bounded.done} of ${jobs} jobs`);
  const msPerJob = (1000 * bounded.seconds) / bounded.done;
  if (!(msPerJob <= MOST_MS_A_JOB)) faults.push(`${phase}: ${msPerJob.toFixed(1)} ms a job, at most ${MOST_MS_A_JOB}`);
}
console.log(faults.length === 0 ? 'every target holds' : `targets that were missed:\n  ${faults.join('\n  ')}`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function runOnce(phase: EnqueueRun['phase'], isBounded: boolean): Promise<EnqueueResult> {
  const run: EnqueueRun = {
    phase,
    isBounded,
    jobs,
    inputsBytes: INPUTS_BYTES,
    answerMs: ANSWER_MS,
    patienceSeconds,
  };
  const node = fork(new URL('enqueue/node-process.ts', import.meta.url), [JSON.stringify(run)], { execArgv: [] });
  const [result] = (await Promise.race([
    once(node, 'message'),
    once(node, 'exit').then(([code]) => {
      throw new Error(`the node of the bench exited with ${String(code)}`);
    }),
  ])) as [EnqueueResult];
  if (node.exitCode === null) await once(node, 'exit');
  return result;
}

function lineOf(name: string, { done, seconds, failedCalls, peakRssBytes }: EnqueueResult): string {
  const cells = [
    `${done} of ${jobs}`.padStart(16),
    `${seconds.toFixed(1)} s`.padStart(9),
    `${failedCalls} failed calls`.padStart(21),
    `${Math.round(peakRssBytes / 2 ** 20)} MiB at the peak`.padStart(21),
  ];
  return `  ${name.padEnd(10)}${cells.join('')}`;
}
