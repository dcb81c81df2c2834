import type { Engine } from '../../../shared/engine/engine.ts';
import { override } from '../../../shared/engine/override-port.ts';
import type { DecisionKind, DecisionOf } from '../../../shared/ledger/decision-log.ts';
import type { JobRecord, JobTally } from '../../../shared/ledger/job-ledger.ts';
import { jobsIn, tallyOf } from '../../../shared/ledger/job-tally.ts';
import type { EpochId } from '../../../shared/proving-job/epoch-id.ts';
import { jobsAgeMs, listAgeMs, type ReadAges } from './read-ages.ts';
import type { ReadCache } from './read-cache.ts';

/** The engine, read at most once for all viewers in the time that what was read is good. It changes nothing in the fleet. */
export function cachedEngine(engine: Engine, cache: ReadCache, ages: ReadAges): Engine {
  const { epochs, jobs, outbox, agents, incidents, decisions, notes, queue, keptDeadLetters } = engine;
  const few = <Value>(key: string, read: () => Promise<Value>): Promise<Value> =>
    cache.read(key, () => ages.fewMs, read);
  const page = <Value>(key: string, read: () => Promise<Value>): Promise<Value> =>
    cache.read(key, () => ages.pageMs, read);
  const list = <Value extends readonly unknown[]>(key: string, read: () => Promise<Value>): Promise<Value> =>
    cache.read(key, ({ length }) => listAgeMs(ages, length), read);
  const jobsOfEpoch = (id: EpochId): Promise<readonly JobRecord[]> =>
    cache.read(
      jobsKey(id),
      ({ length }) => jobsAgeMs(ages, length),
      () => jobs.jobsOfEpoch(id),
    );
  return {
    ...engine,
    epochs: override(epochs, {
      find: (id) => few(`epoch ${id}`, () => epochs.find(id)),
      latest: (limit) => few(`epochs ${limit}`, () => epochs.latest(limit)),
    }),
    jobs: override(jobs, {
      jobsOfEpoch,
      // Jobs that were read are not counted as well: that costs as much again.
      tally: async (id, rangeId) =>
        cache.has(jobsKey(id))
          ? tallyOf(await jobsOfEpoch(id), rangeId)
          : await cache.read(
              `tally ${id} ${rangeId}`,
              (tally) => jobsAgeMs(ages, countOf(tally)),
              () => jobs.tally(id, rangeId),
            ),
      rejectedJobs: async (id, rangeId) =>
        (await jobsOfEpoch(id)).filter((job) => job.state === 'rejected' && job.rangeId === rangeId),
    }),
    outbox: override(outbox, {
      find: (id) => page(`root ${id}`, () => outbox.find(id)),
      open: () => few('roots', () => outbox.open()),
    }),
    agents: override(agents, {
      seenWithin: (seconds) => few(`agents ${seconds}`, () => agents.seenWithin(seconds)),
    }),
    incidents: override(incidents, {
      latest: (limit) => list(`incidents ${limit}`, () => incidents.latest(limit)),
    }),
    decisions: override(decisions, {
      latest: <Kind extends DecisionKind>(kind: Kind, limit: number): Promise<readonly DecisionOf<Kind>[]> =>
        list(`decisions ${kind} ${limit}`, () => decisions.latest(kind, limit)),
    }),
    notes: override(notes, {
      of: (program, schema) => {
        const note = notes.of(program, schema);
        return override(note, { find: () => page(`note ${program}`, () => note.find()) });
      },
    }),
    queue: override(queue, {
      depths: () => page('depths', () => queue.depths()),
      deadLetters: () => page('dead letters', () => queue.deadLetters()),
    }),
    keptDeadLetters:
      keptDeadLetters &&
      override(keptDeadLetters, { list: () => page('kept dead letters', () => keptDeadLetters.list()) }),
  };
}

function jobsKey(id: EpochId): string {
  return `jobs ${id}`;
}

function countOf(tally: JobTally): number {
  return tally.values().reduce((sum, counts) => sum + jobsIn(counts), 0);
}
