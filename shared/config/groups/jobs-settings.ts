import { JobState } from '../../ledger/job-ledger.ts';
import { CircuitName } from '../../proving-job/circuit-catalogue.ts';
import { optional, type SettingGroup } from '../setting.ts';
import { listOf, oneOf } from '../value-kinds.ts';

/** Which jobs of an epoch are to be listed. */
export const JOBS_GROUP = {
  title: 'Which jobs',
  settings: {
    states: optional(listOf(oneOf(JobState.options)), {
      flag: 'state',
      variable: 'COPPICE_JOBS_STATE',
      description: 'Jobs in these states alone',
      defaultNote: 'all',
    }),
    circuits: optional(listOf(oneOf(CircuitName.options)), {
      flag: 'circuit',
      variable: 'COPPICE_JOBS_CIRCUIT',
      description: 'Jobs of these circuits alone',
      defaultNote: 'all',
    }),
  },
} as const satisfies SettingGroup;
