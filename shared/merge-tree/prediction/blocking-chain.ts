import type { Schedule } from './simulate-work.ts';
import type { JobAhead } from './work-ahead.ts';

/** A job that the root waits for. Times are in seconds from now. */
export interface ChainStep extends Pick<
  JobAhead,
  'circuit' | 'pool' | 'state' | 'runningSeconds' | 'record' | 'notBeforeSeconds'
> {
  /** For an agent, once it is asked for; 0 for a running one. */
  readonly waitsForAgentSeconds: number;
  /** When it starts, or 0 for a running one; infinite when no agent will take it. */
  readonly startsInSeconds: number;
  readonly endsInSeconds: number;
}

/**
 * What the root waits for: its child that is proven last, that one's child, and so on, down to a job that runs or waits. Where
 * no agent takes some job, the chain goes down to that one.
 * @param first the place in the schedule of the first of `jobs`; the root is the last of them
 */
export function blockingChain(jobs: readonly JobAhead[], schedule: Schedule, first: number): readonly ChainStep[] {
  const chain: ChainStep[] = [];
  for (let index: number | undefined = jobs.length - 1; index !== undefined && index >= 0;) {
    const { circuit, pool, state, runningSeconds, record, notBeforeSeconds, children } = jobs[index] as JobAhead;
    const job = first + index;
    const [readyAt, startAt] = [schedule.readyAt[job] as number, schedule.startAt[job] as number];
    chain.push({
      circuit,
      pool,
      state,
      runningSeconds,
      record,
      notBeforeSeconds,
      waitsForAgentSeconds: readyAt === Infinity ? 0 : startAt - readyAt,
      startsInSeconds: startAt,
      endsInSeconds: schedule.endAt[job] as number,
    });
    const last = schedule.lastChild[job] as number;
    if (last >= 0) index = last - first;
    else if (readyAt === Infinity) index = children.find((child) => schedule.endAt[first + child] === Infinity);
    else index = undefined;
  }
  return chain.reverse();
}
