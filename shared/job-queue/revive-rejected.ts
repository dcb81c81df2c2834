import type { EpochRecord } from '../ledger/epoch-ledger.ts';
import type { JobLedger } from '../ledger/job-ledger.ts';
import { outputsKey, type ProofStore } from '../proof-store/proof-store.ts';

export interface ReviveDeps {
  readonly jobs: Pick<JobLedger, 'rejectedJobs' | 'reviveRejected'>;
  readonly proofs: Pick<ProofStore, 'quarantine'>;
}

/**
 * Gives the rejected jobs of the epoch's range another chance. A bad object under a proof's key may be why attempts
 * failed: agents check what is there, and can only fail then, so it is set aside. Where none failed, it may be the proof of
 * an agent that was lost: it stays, and the next agent checks it.
 * @returns how many
 */
export async function reviveRejected(
  { id, rangeId }: Pick<EpochRecord, 'id' | 'rangeId'>,
  { jobs, proofs }: ReviveDeps,
): Promise<number> {
  for (const job of await jobs.rejectedJobs(id, rangeId)) {
    if (job.attempts.failure > 0)
      await proofs.quarantine(outputsKey(job.circuit, job.id), job.reason ?? 'its job was rejected');
  }
  return await jobs.reviveRejected(id, rangeId);
}
