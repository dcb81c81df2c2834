import { pino } from 'pino';

import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import { sendJobs } from '../../../shared/job-queue/send-jobs.ts';
import { sweepStrandedJobs } from '../../../shared/job-queue/sweep-stranded-jobs.ts';
import { AgentId, type JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { epochOfJobs, jobsOf } from './epoch-of-jobs.ts';
import { type Measured, measured } from './measured.ts';

/**
 * What the node does with an epoch on the embedded engine, on a clock that stands: a folder with `EPOCHS` epochs of `JOBS`
 * jobs is left for `measure-status.ts`.
 *
 *     node measure-embedded.ts FOLDER JOBS EPOCHS
 *
 * Sends what it took to the process that forked it: {@link EmbeddedFigures}.
 */
export interface EmbeddedFigures {
  readonly recordSeconds: number;
  readonly proveSeconds: number;
  readonly openJobs: Measured;
  readonly sweep: Measured;
  readonly tally: Measured;
  readonly cancelOthers: Measured;
  readonly rejected: Measured;
  readonly cancel: Measured;
}

const PROVEN = 500;
const STRANDED_SECONDS = 480;
const AGENT = AgentId.parse('bench-agent');

const [dataDirectory = '', jobCount, epochCount] = process.argv.slice(2);
let steadyMs = 100_000_000;
const nowMs = (): number => 1_800_000_000_000 + steadyMs;
const engine = openEmbeddedEngine({ dataDirectory, leaseSeconds: 120, nowMs, steadyMs: () => steadyMs });
const { jobs } = engine;

const newEpoch = epochOfJobs(1, Number(jobCount), nowMs());
const { id: epochId, rangeId } = newEpoch;
await engine.epochs.open(newEpoch);
const recorded: JobRecord[] = [];
const record = await measured(async () => {
  for (const job of jobsOf(newEpoch)) recorded.push(await jobs.record(job));
});
await sendJobs(recorded, engine);
const prove = await measured(async () => {
  for (const job of recorded.slice(0, PROVEN)) {
    const claim = await jobs.claim(job.id, AGENT, 120);
    if (claim.outcome !== 'claimed') throw new Error(`could not claim ${job.id}: ${claim.outcome}`);
    await jobs.extend(claim.lease, 120);
    const { claimedAtMs } = claim.lease;
    await jobs.markProven({ jobId: job.id, agentId: AGENT, proof: job.inputs, provingMs: 1, claimedAtMs });
  }
});
const openJobs = await measured(() => jobs.openJobs(epochId));
const tally = await measured(() => jobs.tally(epochId, rangeId));
steadyMs += (STRANDED_SECONDS + 1) * 1000;
const sweep = await measured(async () => {
  const sent = await sweepStrandedJobs({
    ...engine,
    strandedSeconds: STRANDED_SECONDS,
    nowMs,
    log: pino({ level: 'silent' }),
  });
  if (sent > 0) throw new Error(`the sweep sent ${sent} messages again that were there`);
});
const cancelOthers = await measured(() => jobs.cancelEpoch(epochId, 'its checkpoints were reorganised away', rangeId));
for (let number = 2; number <= Number(epochCount); number += 1) {
  const other = epochOfJobs(number, Number(jobCount), nowMs());
  await engine.epochs.open(other);
  for (const job of jobsOf(other)) await jobs.record(job);
}
for (const { id } of recorded.slice(PROVEN, PROVEN + recorded.length / 2))
  await jobs.reject(id, 'nobody could prove it');
const rejected = await measured(() => jobs.rejectedJobs(epochId, rangeId));
// As in a node, which does not hold the records of its jobs.
const count = recorded.splice(0).length;
const cancel = await measured(() => jobs.cancelEpoch(epochId, 'its proof window closed'));
await engine.close();
const figures: EmbeddedFigures = {
  recordSeconds: record.cpuSeconds / count,
  proveSeconds: prove.cpuSeconds / PROVEN,
  openJobs,
  sweep,
  tally,
  cancelOthers,
  rejected,
  cancel,
};
process.send?.(figures, () => process.exit(0));
