import { type AgentId, type JobRecord, JobState } from '../../../shared/ledger/job-ledger.ts';
import type { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import type { EpochJobs } from '../api/epoch-jobs.ts';

/** Digits of a digest that name a job: two of 100,000 share them once in 60,000 epochs. */
const HASH_DIGITS = 12;

type ColumnsOfJobs = Pick<EpochJobs, 'agents' | 'states' | 'columns' | 'lostAttempts' | 'otherParents' | 'copies'>;

/**
 * The jobs as columns: a record of each would be six times as long.
 * @param jobs in the order they were recorded
 * @param circuits those of all jobs
 */
export function jobColumns(
  jobs: readonly JobRecord[],
  circuits: readonly CircuitName[],
  openedAtMs: number,
): ColumnsOfJobs {
  const places = new Map(jobs.map(({ id }, place) => [id, place]));
  const circuitPlaces = new Map(circuits.map((circuit, place) => [circuit, place]));
  const agents = new Map<AgentId, number>();
  const agentPlace = (agentId: AgentId | undefined): number => {
    if (agentId === undefined) return -1;
    const place = agents.get(agentId) ?? agents.size;
    agents.set(agentId, place);
    return place;
  };
  const since = (atMs: number | undefined): number | null => (atMs === undefined ? null : atMs - openedAtMs);
  const parent = jobs.map(() => -1);
  const otherParents: ColumnsOfJobs['otherParents'] = [];
  for (const [place, { children }] of jobs.entries()) {
    for (const child of new Set(children)) {
      const childPlace = places.get(child);
      if (childPlace === undefined) continue;
      if (parent[childPlace] === -1) parent[childPlace] = place;
      else otherParents.push([childPlace, place]);
    }
  }
  const columns = {
    hash: jobs.map(({ id }) => id.slice(id.lastIndexOf(':') + 1, id.lastIndexOf(':') + 1 + HASH_DIGITS)),
    circuit: jobs.map(({ circuit }) => circuitPlaces.get(circuit) ?? 0),
    state: jobs.map(({ state }) => JobState.options.indexOf(state)),
    agent: jobs.map((job) => agentPlace(job.provenBy ?? leaseOf(job)?.agentId)),
    parent,
    recordedMs: jobs.map(({ recordedAtMs }) => since(recordedAtMs)),
    claimedMs: jobs.map((job) => since(job.state === 'proven' ? job.claimedAtMs : leaseOf(job)?.claimedAtMs)),
    settledMs: jobs.map(({ settledAtMs }) => since(settledAtMs)),
  };
  return {
    states: [...JobState.options],
    columns,
    otherParents,
    lostAttempts: jobs.flatMap((job, place) => {
      const attempts = Object.values(job.attempts).reduce((sum, count) => sum + count, 0);
      return attempts === 0 ? [] : [{ job: place, attempts }];
    }),
    copies: jobs.flatMap((job, place) =>
      leaseOf(job) === undefined || job.straggler === undefined
        ? []
        : [{ job: place, agent: agentPlace(job.straggler.agentId), claimedMs: since(job.straggler.claimedAtMs) }],
    ),
    agents: [...agents.keys()],
  };
}

function leaseOf({ state, lease }: JobRecord): JobRecord['lease'] {
  return state === 'leased' ? lease : undefined;
}
