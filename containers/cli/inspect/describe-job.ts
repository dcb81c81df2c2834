import { AttemptCause, type JobRecord } from '../../../shared/ledger/job-ledger.ts';
import type { Tone } from '../../terminal/line.ts';

export const TONE_OF_JOB: Readonly<Record<JobRecord['state'], Tone>> = {
  queued: 'dim',
  leased: 'busy',
  proven: 'good',
  rejected: 'bad',
  cancelled: 'dim',
};

/** Lost attempts by cause, with the agents that they failed on: `3 x failure (agent-1, agent-2)`; empty when none was lost. */
export function attemptsOf({ attempts, failedBy = {} }: JobRecord): string {
  return AttemptCause.options
    .filter((cause) => attempts[cause] > 0)
    .map((cause) => {
      const agents = failedBy[cause];
      return `${attempts[cause]} x ${cause}${agents === undefined ? '' : ` (${agents.join(', ')})`}`;
    })
    .join(', ');
}

/** The agent that proved it, or those that are proving it: two while a second copy runs. */
export function agentOf({ provenBy, lease, straggler }: JobRecord): string | undefined {
  const agents = [lease, straggler].flatMap((attempt) => attempt?.agentId ?? []);
  return provenBy ?? (agents.length === 0 ? undefined : agents.join(' and '));
}
