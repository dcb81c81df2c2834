import { JobState } from '../../ledger/job-ledger.ts';
import { CircuitName } from '../../proving-job/circuit-catalogue.ts';
import { optional, type SettingGroup } from '../setting.ts';
import { listOf, oneOf } from '../value-kinds.ts';

/** Which jobs of an epoch to list. */
export const JOBS_GROUP = {
  title: 'Which jobs',
  settings: {
    states: optional(listOf(oneOf(JobState.options)), {
      flag: 'state',
      variable: 'COPPICE_JOBS_STATE',
      description: 'Only jobs in these states',
      defaultNote: 'all',
    }),
    circuits: optional(listOf(oneOf(CircuitName.options)), {
      flag: 'circuit',
      variable: 'COPPICE_JOBS_CIRCUIT',
      description: 'Only jobs of these circuits',
      defaultNote: 'all',
    }),
  },
} as const satisfies SettingGroup;
