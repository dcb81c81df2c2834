import { optional, type SettingGroup } from '../setting.ts';
import { oneOf } from '../value-kinds.ts';

/** What an entry of the trend of costs adds up. */
export const COST_PERIODS = ['epoch', 'day'] as const;
export type CostPeriod = (typeof COST_PERIODS)[number];

/** How to show costs over time. */
export const COST_GROUP = {
  title: 'Over time',
  settings: {
    costBy: optional(oneOf(COST_PERIODS), {
      flag: 'by',
      variable: 'COPPICE_COST_BY',
      description: 'Show what the newest epochs cost, one by one or by the day (UTC) on which they ended',
      defaultNote: 'one epoch, part by part',
    }),
  },
} as const satisfies SettingGroup;
