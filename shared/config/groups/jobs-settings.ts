import { JobState } from '../../ledger/job-ledger.ts';
import { CircuitName } from '../../proving-job/circuit-catalogue.ts';
import { optional, type SettingGroup } from '../setting.ts';
import { kind, listOf, oneOf } from '../value-kinds.ts';

/** Official nodes of any version name theirs, so it may be one that is not in the catalogue. */
const circuitKind = kind(CircuitName, 'the name of a circuit, such as ROOT_ROLLUP', '<name>');

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
    circuits: optional(listOf(circuitKind), {
      flag: 'circuit',
      variable: 'COPPICE_JOBS_CIRCUIT',
      description: 'Only jobs of these circuits',
      defaultNote: 'all',
    }),
  },
} as const satisfies SettingGroup;
