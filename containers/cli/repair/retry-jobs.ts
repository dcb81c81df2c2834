import type { Engine } from '../../../shared/engine/engine.ts';
import { needOfEpoch } from '../../../shared/ledger/epoch-needs.ts';
import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { sendJobs } from '../../../shared/job-queue/send-jobs.ts';
import { outputsKey } from '../../../shared/proof-store/proof-store.ts';
import type { EpochId } from '../../../shared/proving-job/epoch-id.ts';
import { epochIdOf } from '../../../shared/proving-job/proving-job-id.ts';
import { findEpoch, type FoundEpoch } from '../../fleet-view/find-epoch.ts';

/** There is nothing to retry, or a retry would be useless. Nothing was changed. */
export class RetryRefusedError extends Error {
  override readonly name = 'RetryRefusedError';
  readonly subject: string;

  constructor(subject: string, why: string) {
    super(`${subject} ${why}`);
    this.subject = subject;
  }
}

type NamedEpoch = Pick<FoundEpoch, 'epoch' | 'name'>;

/** The result of a retry. */
export interface Retried extends NamedEpoch {
  readonly jobs: readonly JobRecord[];
  /** Whether the epoch had failed, and now waits for a node to resume it. */
  readonly isResumed: boolean;
}

/** @throws {EpochUnknownError} @throws {RetryRefusedError} when the job is not rejected, or no epoch needs its proof */
export async function retryJob(engine: Engine, job: JobRecord, nowMs: number): Promise<Retried> {
  const found = await findEpoch(engine.epochs, epochIdOf(job.id));
  if (job.state !== 'rejected') throw new RetryRefusedError(`job ${job.id}`, whyNot(job));
  assertWanted(`job ${job.id}`, found, nowMs);
  if (job.rangeId !== found.epoch.rangeId) {
    throw new RetryRefusedError(
      `job ${job.id}`,
      'belongs to checkpoints that were removed by a reorg: nothing needs its proof',
    );
  }
  return retry(engine, found, [job]);
}

/** @throws {EpochUnknownError} @throws {RetryRefusedError} when it did not fail and none of its jobs is rejected */
export async function retryEpoch(engine: Engine, wanted: EpochId, nowMs: number): Promise<Retried> {
  const found = await findEpoch(engine.epochs, wanted);
  const { epoch, name } = found;
  const subject = `epoch ${name}`;
  assertWanted(subject, found, nowMs);
  const jobs = await engine.jobs.rejectedJobs(epoch.id, epoch.rangeId);
  if (jobs.length === 0 && epoch.state !== 'failed') {
    throw new RetryRefusedError(subject, `is ${epoch.state}, and none of its jobs is rejected`);
  }
  return retry(engine, found, jobs);
}

/** Every step can be repeated, and the node's sweeper finishes what a crash leaves undone. */
async function retry(engine: Engine, { epoch, name }: NamedEpoch, jobs: readonly JobRecord[]): Promise<Retried> {
  const revived: JobRecord[] = [];
  for (const job of jobs) {
    // Whatever is stored in place of its proof may be why it failed.
    await engine.proofs.quarantine(outputsKey(job.circuit, job.id), job.reason ?? 'its job was rejected');
    if (await engine.jobs.revive(job.id)) revived.push(job);
  }
  await sendJobs(revived, engine);
  const isResumed = epoch.state === 'failed';
  if (isResumed) {
    // Nodes read this as a request; see `containers/node/epoch-watcher.ts`.
    const reason = `to be resumed after a failure: ${epoch.reason ?? 'no reason recorded'}`;
    await engine.epochs.advance(epoch.id, epoch.rangeId, 'proving', { reason });
  }
  return { epoch, name, jobs: revived, isResumed };
}

function assertWanted(subject: string, { epoch, name }: NamedEpoch, nowMs: number): void {
  if (needOfEpoch(epoch, nowMs) === 'proofs') return;
  throw new RetryRefusedError(
    subject,
    epoch.state === 'proven' || epoch.state === 'submitting'
      ? `needs no retry: epoch ${name} is ${epoch.state}`
      : `is too late: the proof window of epoch ${name} has closed`,
  );
}

function whyNot({ state, lease, reason }: JobRecord): string {
  switch (state) {
    case 'proven':
      return 'is proven';
    case 'queued':
      return 'is queued: the next free agent takes it';
    case 'leased':
      return `is leased: agent ${lease?.agentId ?? '?'} is proving it`;
    case 'cancelled':
      return `was cancelled (${reason ?? 'no reason recorded'}): the node requests it again when it needs it`;
    case 'rejected':
      return 'is rejected';
  }
}
