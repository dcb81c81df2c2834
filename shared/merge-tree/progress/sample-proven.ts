import type { EpochRecord } from '../../ledger/epoch-ledger.ts';
import type { JobLedger, JobRecord } from '../../ledger/job-ledger.ts';
import type { CircuitName } from '../../proving-job/circuit-catalogue.ts';

/** Jobs of each circuit: the last twenty make up nearly two thirds of an estimate of its time. */
const JOBS_PER_CIRCUIT = 40;

/** Some proven jobs of each of the circuits, in the epoch's range: they show how long one takes, and what it costs. */
export async function sampleProven(
  { id, rangeId }: EpochRecord,
  circuits: Iterable<CircuitName>,
  jobs: Pick<JobLedger, 'someProven'>,
): Promise<readonly JobRecord[]> {
  const samples = [...circuits].map((circuit) => jobs.someProven(id, rangeId, circuit, JOBS_PER_CIRCUIT));
  return (await Promise.all(samples)).flat();
}
