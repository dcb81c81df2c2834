import { PROVER_SETTINGS } from './prover-settings.ts';
import type { SettingGroup } from '../setting.ts';

/** Where reference strings (CRS) are stored. */
export const CRS_GROUP = {
  title: 'Reference strings',
  settings: { crsDirectory: PROVER_SETTINGS.settings.crsDirectory },
} as const satisfies SettingGroup;
