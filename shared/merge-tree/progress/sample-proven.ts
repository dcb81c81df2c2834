import type { EpochRecord } from '../../ledger/epoch-ledger.ts';
import type { JobLedger, JobRecord } from '../../ledger/job-ledger.ts';
import type { CircuitName } from '../../proving-job/circuit-catalogue.ts';

/** Jobs of each circuit: the last twenty make up nearly two thirds of an estimate of its time. */
const JOBS_PER_CIRCUIT = 40;

/** A sample of an epoch's proven jobs, and how many jobs of the epoch each of them stands for. */
export interface JobSample {
  readonly jobs: readonly JobRecord[];
  readonly standsFor: (job: JobRecord) => number;
}

/** Some proven jobs of each circuit of an epoch: it takes as long for an epoch of any size. */
export async function sampleEpoch(
  epoch: EpochRecord,
  ledger: Pick<JobLedger, 'tally' | 'someProven'>,
): Promise<JobSample> {
  const tally = await ledger.tally(epoch.id, epoch.rangeId);
  const jobs = await sampleProven(epoch, tally.keys(), ledger);
  const ofCircuit = Map.groupBy(jobs, ({ circuit }) => circuit);
  return {
    jobs,
    standsFor: ({ circuit }) => (tally.get(circuit)?.proven ?? 0) / (ofCircuit.get(circuit)?.length ?? 1),
  };
}

/** Some proven jobs of each of the circuits, in the epoch's range: they show how long one takes, and what it costs. */
export async function sampleProven(
  { id, rangeId }: EpochRecord,
  circuits: Iterable<CircuitName>,
  jobs: Pick<JobLedger, 'someProven'>,
): Promise<readonly JobRecord[]> {
  const samples = [...circuits].map((circuit) => jobs.someProven(id, rangeId, circuit, JOBS_PER_CIRCUIT));
  return (await Promise.all(samples)).flat();
}
