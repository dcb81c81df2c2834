import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { parseEpochId, type RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { epochIdOf } from '../../../shared/proving-job/proving-job-id.ts';
import type { Tone } from '../../terminal/line.ts';

export const TONE_OF_JOB: Readonly<Record<JobRecord['state'], Tone>> = {
  queued: 'dim',
  leased: 'busy',
  proven: 'good',
  rejected: 'bad',
  cancelled: 'dim',
};

/** Lost attempts by cause: `2 x time-out, 1 x failure`; empty when none was lost. */
export function attemptsOf({ attempts }: JobRecord): string {
  return Object.entries(attempts)
    .filter(([, count]) => count > 0)
    .map(([cause, count]) => `${count} x ${cause}`)
    .join(', ');
}

/** The agent that proved it, or those that are proving it: two while a second copy runs. */
export function agentOf({ provenBy, lease, straggler }: JobRecord): string | undefined {
  const agents = [lease, straggler].flatMap((attempt) => attempt?.agentId ?? []);
  return provenBy ?? (agents.length === 0 ? undefined : agents.join(' and '));
}

/** The job's id as commands take it: its rollup is left out where it has not to be named. */
export function shownId({ id }: Pick<JobRecord, 'id'>, rollupToName: RollupId | undefined): string {
  const { rollup } = parseEpochId(epochIdOf(id));
  return rollupToName === undefined && rollup !== undefined ? id.slice(rollup.length + 1) : id;
}
