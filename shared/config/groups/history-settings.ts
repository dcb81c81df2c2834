import { type SettingGroup, withDefault } from '../setting.ts';
import { integer } from '../value-kinds.ts';

/** The most that a ledger on AWS returns in one page or two. */
const MOST_EPOCHS = 1000;

/** How much of the history to show. */
export const HISTORY_GROUP = {
  title: 'How many',
  settings: {
    epochLimit: withDefault(integer(1, MOST_EPOCHS), '20', {
      flag: 'limit',
      variable: 'COPPICE_EPOCH_LIMIT',
      description: 'How many of the newest epochs to show',
    }),
  },
} as const satisfies SettingGroup;
