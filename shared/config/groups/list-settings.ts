import { optional, type SettingGroup } from '../setting.ts';
import { integer } from '../value-kinds.ts';

/** How much of a list to print. */
export const LIST_GROUP = {
  title: 'How many',
  settings: {
    limit: optional(integer(1, 100_000), {
      flag: 'limit',
      variable: 'COPPICE_LIMIT',
      description: 'The most entries of a list to print, the first or the newest ones',
      defaultNote:
        '10 in status, 20 in cost --by, an hour in why, else 100 in a terminal and all in a pipe or with --json',
    }),
  },
} as const satisfies SettingGroup;
