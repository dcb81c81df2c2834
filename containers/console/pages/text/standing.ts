import type { JobState } from '../../../../shared/ledger/job-ledger.ts';

/** How a job stands: the states of the ledger in the words of the live view, and jobs that are still to be asked for. */
export type JobStanding = 'proven' | 'running' | 'waiting' | 'rejected' | 'cancelled' | 'unasked';

const WORDS: Readonly<Record<JobStanding, string>> = {
  proven: 'proven',
  running: 'running',
  waiting: 'waiting',
  rejected: 'rejected',
  cancelled: 'cancelled',
  unasked: 'to come',
};

export const STANDINGS = Object.keys(WORDS) as readonly JobStanding[];

export function wordOf(standing: JobStanding): string {
  return WORDS[standing];
}

export function standingOf(state: JobState): JobStanding {
  switch (state) {
    case 'queued':
      return 'waiting';
    case 'leased':
      return 'running';
    default:
      return state;
  }
}
