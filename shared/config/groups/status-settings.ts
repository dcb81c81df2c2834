import { optional, type SettingGroup } from '../setting.ts';
import { L1_SETTINGS } from './l1-settings.ts';

const { kind, flag, variable, description } = L1_SETTINGS.settings.l1RpcUrls;

/** What `coppice status` reads besides the ledger. */
export const STATUS_GROUP = {
  title: 'L1',
  settings: {
    l1RpcUrls: optional(kind, { flag, variable, description, defaultNote: 'L1 is not read' }),
  },
} as const satisfies SettingGroup;
