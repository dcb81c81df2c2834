import type { EngineKind } from '../../../shared/engine/engine-kind.ts';

/** How long what was read of a fleet is shown before it is read again, in milliseconds. */
export interface ReadAges {
  /** Of a few records. */
  readonly fewMs: number;
  /** Of one page of records, or of every queue. */
  readonly pageMs: number;
  /** For each record of a long list, at least. */
  readonly msPerRecord: number;
  /** For each job, where an epoch's jobs are counted or read, at least. */
  readonly msPerJob: number;
  /** Of an epoch whose jobs do not change any more. */
  readonly endedMs: number;
}

/** On one machine a read takes CPU time from the proofs: for a large epoch, one second in every twenty. */
const EMBEDDED: ReadAges = { fewMs: 1_000, pageMs: 2_000, msPerRecord: 1, msPerJob: 1, endedMs: 60_000 };

/**
 * On AWS you pay for reads: 10,000 jobs take some 1,900 read units, or $0.0002, and 4,000 decisions about as much. At these ages a
 * viewer with every page open costs some eight cents an hour, however large the epochs are.
 */
const AWS: ReadAges = { fewMs: 10_000, pageMs: 20_000, msPerRecord: 30, msPerJob: 3, endedMs: 300_000 };

export function readAgesOf(engine: EngineKind): ReadAges {
  return engine === 'aws' ? AWS : EMBEDDED;
}

/** How long an epoch's jobs are good, by how many there are. */
export function jobsAgeMs({ fewMs, msPerJob }: ReadAges, jobs: number): number {
  return Math.max(fewMs, msPerJob * jobs);
}

/** How long a list is good, by how many records it has. */
export function listAgeMs({ fewMs, msPerRecord }: ReadAges, records: number): number {
  return Math.max(fewMs, msPerRecord * records);
}
